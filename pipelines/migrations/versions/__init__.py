"""One file per version of the app store's tables."""

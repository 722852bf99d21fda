"""When and in what order. No logic: an asset reads, calls one pipeline function, reports counts."""

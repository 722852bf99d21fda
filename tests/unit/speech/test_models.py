"""Weights are what was tested, or they are refused."""

from pathlib import Path

import pytest

from pipelines.speech import models
from pipelines.speech.models import ModelError, resolve, voice_encoder_weights


def test_bundled_weights_are_found_by_name_and_checked() -> None:
    files = resolve("tiny.en")
    assert files.path is not None
    assert (files.path / "model.bin").is_file()
    assert files.model_id == "tiny.en@1a5afae06a4db91c"
    assert voice_encoder_weights().is_file()


def test_a_bundled_weight_that_differs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "tampered_weights"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model.bin").write_bytes(b"not the weights that were tested")
    monkeypatch.syspath_prepend(str(tmp_path))
    bundle = models._Bundle("tampered_weights", ".", {"model.bin": "0" * 64})
    with pytest.raises(ModelError, match=r"model\.bin is not the file that was tested"):
        models._checked(bundle)
    (package / "model.bin").unlink()
    with pytest.raises(ModelError, match="is missing"):
        models._checked(bundle)


def test_a_path_is_named_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.bin").write_bytes(b"weights")
    files = resolve(str(tmp_path / "mine"))
    assert (files.name, len(files.sha256)) == ("mine", 64)
    with pytest.raises(ModelError, match="holds no model"):
        resolve(str(tmp_path))


def test_any_other_name_is_left_to_the_engine() -> None:
    assert resolve("large-v3-turbo").path is None
    assert resolve("large-v3-turbo").model_id == "large-v3-turbo"

"""The rubrics in force and their scorers; a rubric is learned once, beside the steps of a run that leave a core idle.

Learning a rubric of many practice calls takes a minute or more. ``learning_meanwhile`` begins it in a process of its own when a run begins;
whoever needs the scorer first (``scorers``) waits for that process, or learns by itself what that process did not.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.process import BaseProcess

from pipelines.scoring.rubric import Rubric, load_rubric
from pipelines.scoring.scorer import Scorer, default_encoders, is_learned
from pipelines.settings import Settings
from pipelines.workers import follow_parent, start_process


def rubrics_in_force(settings: Settings) -> dict[str, Rubric]:
    """By kind of call.

    Raises:
        RubricError: one cannot be used.
    """
    return {"external": load_rubric(settings.sales_rubric), "one_on_one": load_rubric(settings.one_on_one_rubric)}


def scorers(settings: Settings, rubrics: Mapping[str, Rubric], on_progress: Callable[[str], None]) -> dict[str, Scorer]:
    """A scorer for each of ``rubrics``."""
    encoders = default_encoders(settings.cache_dir, settings.threads)
    found = {}
    for kind, rubric in rubrics.items():
        if not is_learned(rubric, encoders, settings.cache_dir):
            on_progress(f"learning {rubric.id} v{rubric.version} from its examples")
        found[kind] = Scorer(rubric, encoders, settings.cache_dir)
    return found


@contextlib.contextmanager
def learning_meanwhile(settings: Settings) -> Iterator[BaseProcess | None]:
    """Learn the rubrics in force while the block runs; what is not learned at its end is given up.

    Yields:
        The process that learns, None where nothing is new.

    Raises:
        RubricError: one cannot be used.
    """
    encoders = default_encoders(settings.cache_dir)
    if all(is_learned(rubric, encoders, settings.cache_dir) for rubric in rubrics_in_force(settings).values()):
        yield None
        return
    process = start_process(_learn_quietly, settings)
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _learn_quietly(settings: Settings) -> None:
    follow_parent()
    # Whatever fails here fails again where the scorer is needed, and is told there.
    with contextlib.suppress(Exception):
        scorers(settings, rubrics_in_force(settings), lambda _: None)

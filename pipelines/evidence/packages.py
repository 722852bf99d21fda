"""The door to pyfixest and lifelines: loaded in silence.

When they load they warn about each other and pyfixest configures the root logger, which would put every other package's log on
the user's screen.
"""

import logging
import warnings

_root = logging.getLogger()
_handlers, _level = list(_root.handlers), _root.level
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pyfixest as pf
    from lifelines import AalenJohansenFitter, CoxTimeVaryingFitter, KaplanMeierFitter
    from lifelines.exceptions import ConvergenceError
    from pyfixest.core.demean import demean_within
    from statsmodels.duration.survfunc import SurvfuncRight

    pf.feols  # noqa: B018  (pyfixest loads the module that configures logging only when it is first used)
_root.handlers, _root.level = _handlers, _level

__all__ = [
    "AalenJohansenFitter",
    "ConvergenceError",
    "CoxTimeVaryingFitter",
    "KaplanMeierFitter",
    "SurvfuncRight",
    "demean_within",
    "pf",
]

"""An architecture named on the command line."""

from pathlib import Path

from nas.config_source import suggestion
from nas.errors import UsageError
from results import NotARun, TrialStore
from results.no_run import NETWORK
from results.store_file import existing_run_file
from search_space import Architecture, InvalidArchitecture
from search_space.block_specs import from_json
from search_space.model_sizes import MODEL_SIZES
from search_space.published import PUBLISHED

WEIGHTS = (".pt", ".pth", ".pt2", ".safetensors", ".onnx", ".npz")
MOST_DIGITS = 30  # of a trial number; Python refuses to read thousands


def find_architecture(name: str) -> Architecture:
    """A published name, `RUN_DIR:TRIAL`, or the path of a block-spec JSON file.

    Raises UsageError, or what a store raises, where there is none.
    """
    if name in PUBLISHED:
        return PUBLISHED[name]
    if name in MODEL_SIZES:
        raise UsageError(_other_name(name))
    trial = split_trial(name)
    if trial is not None:
        run, number = trial
        with TrialStore.open_read_only(run) as store:
            return store.trial(number).architecture
    path = Path(name)
    if path.is_dir():
        try:
            existing_run_file(path)
        except NotARun as error:  # says what it is instead
            if (path / NETWORK).is_file():
                raise
            raise UsageError(f"{error} (or name a trial of a run, as in RUN_DIR:0)") from error
        raise UsageError(f"{name} is a run: name a trial of it, as in {name}:0")
    if not path.is_file():
        folder, _, word = name.rpartition(":")
        if folder and Path(folder).exists():
            raise UsageError(f"no trial {word!r}: name one by its number, as in {folder}:0")
        raise UsageError(
            f"no architecture {name!r}: {suggestion(name, sorted(PUBLISHED))} (also RUN_DIR:TRIAL, "
            "or the path of a block-spec JSON file)"
        )
    if path.suffix in WEIGHTS:
        raise UsageError(_no_architecture(path, "holds weights"))
    try:
        return from_json(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(_no_architecture(path, "is no text")) from error
    except InvalidArchitecture as error:
        raise UsageError(f"{path}: {error}") from error


def _no_architecture(path: Path, what: str) -> str:
    beside = path.with_name(NETWORK)
    known = f"{beside} beside it" if beside.is_file() else "a block-spec JSON file"
    return f"{path} {what}, not an architecture: give RUN_DIR:TRIAL, or {known}"


def _other_name(name: str) -> str:
    body = MODEL_SIZES[name].architecture
    same = [known for known, network in PUBLISHED.items() if network == body]
    if same:
        return f"{name} is {same[0]} at widths of its own, which are of no effect here: name that"
    return f"{name} is no scale-permuted network"


def split_trial(name: str) -> tuple[Path, int] | None:
    """Run directory and number of a `RUN_DIR:TRIAL`; None for a name of another kind."""
    run, colon, number = name.rpartition(":")
    if name in PUBLISHED or not colon or not number.isdecimal() or len(number) > MOST_DIGITS:
        return None
    return Path(run), int(number)

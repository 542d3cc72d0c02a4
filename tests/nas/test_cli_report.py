import json
import re
from pathlib import Path

import pytest

from nas import report_watch
from nas.cli import main
from nas.report_commands import report_commands
from tests.nas.analytic_runs import search
from tests.nas.watched_run import searching
from tests.results.runs import make_run


def document(page: Path) -> dict:
    found = re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.S)
    assert found is not None
    return dict(json.loads(found[1]))


def answer(page: Path) -> dict:
    return dict(document(page)["runs"][0]["answer"])


def test_a_page_of_several_runs_has_each_with_its_commands(tmp_path: Path) -> None:
    runs = [tmp_path / "a", tmp_path / "b"]
    for seed, run in enumerate(runs):
        search(run, "--trials", "6", "--seed", str(seed))
    page = tmp_path / "both.html"
    assert main(["report", *map(str, runs), "-o", str(page)]) == 0
    found = document(page)["runs"]
    assert [one["name"] for one in found] == [str(run) for run in runs]
    assert ["fidelity.steps", "4"] in found[0]["protocol"]
    winner = found[1]["answer"]["trial"]
    typed = [command for _, command in found[1]["commands"]]
    assert f"nas show {runs[1]}:{winner} --format svg --output winner.svg" in typed


def test_the_commands_of_a_run_with_an_odd_name_are_as_a_shell_takes_them(tmp_path: Path) -> None:
    run = tmp_path / "a b; rm"
    search(run, "--trials", "4")
    typed = dict(report_commands(run, 3))
    assert f"nas replay '{run}'" in typed.values()
    assert any(f"'{run}:3'" in command for command in typed.values())


def test_a_given_noise_says_how_sure_a_run_without_repeats_is(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [0.5, 0.55, 0.6])
    page, surer = tmp_path / "page.html", tmp_path / "surer.html"
    assert main(["report", str(run), "-o", str(page), "--noise", "0.05"]) == 0
    assert main(["report", str(run), "-o", str(surer), "--noise", "0.01"]) == 0
    widths = [one["high"] - one["low"] for one in map(answer, (page, surer))]
    assert widths[1] < widths[0]


def test_what_is_no_run_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path / "none"), "-o", str(tmp_path / "page.html")]) == 2
    assert "does not exist: name a directory that `nas search` made" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run", [0.5, 0.6])
    assert main(["report", str(run), "-o", str(tmp_path / "no" / "page.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_page_of_a_run_is_in_its_folder_however_the_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for run in ("a", "b"):
        make_run(tmp_path / run, [0.5])
    for word, page in (("a", "a/report.html"), ("b/run.sqlite", "b/report.html")):
        assert main(["report", word]) == 0
        assert capsys.readouterr().err.startswith(f"{page}: ")
        assert document(tmp_path / page)["runs"][0]["name"] == word
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


def test_the_page_of_several_runs_is_where_the_command_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for run in ("a", "b"):
        make_run(tmp_path / run, [0.5])
    assert main(["report", "a", "b"]) == 0
    assert len(document(tmp_path / "report.html")["runs"]) == 2
    assert not (tmp_path / "a" / "report.html").exists()


def test_copies_of_runs_in_one_folder_have_a_page_each(tmp_path: Path) -> None:
    copies = [tmp_path / "one.sqlite", tmp_path / "two.sqlite"]
    for copy in copies:
        make_run(tmp_path / copy.stem, [0.5]).rename(copy)
        assert main(["report", str(copy)]) == 0
    for copy in copies:
        page = copy.with_suffix(".html")
        assert document(page)["runs"][0]["name"] == str(copy)


def test_a_run_whose_folder_takes_no_page_names_the_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = make_run(tmp_path / "run", [0.5]).with_name("report.html")
    page.mkdir()
    assert main(["report", str(page.parent)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    said = f"{page} cannot be written: Is a directory: name another file with -o FILE"
    assert line == f"nas: {said}"


def test_a_run_with_its_page_is_a_run_like_any_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, other = str(tmp_path / "run"), str(tmp_path / "other")
    for place, directory in enumerate((run, other)):
        search(Path(directory), "--trials", "3", "--seed", str(place))
        assert main(["report", directory]) == 0
    before = (tmp_path / "run" / "report.html").read_bytes()
    assert main(["merge", run, other, "-o", str(tmp_path / "both")]) == 0
    assert main(["fork", run, str(tmp_path / "new"), "--controller", "local"]) == 0
    assert main(["resume", run, "--trials", "4"]) == 0
    assert main(["watch", run, "--once"]) == 0
    assert main(["replay", run]) == 0
    assert main(["report", run, "--watch", "30"]) == 0
    assert (tmp_path / "run" / "report.html").read_bytes() != before
    names = {path.name for name in ("both", "new") for path in (tmp_path / name).iterdir()}
    assert "report.html" not in names


@pytest.mark.parametrize("every", ["0", "nan", "1e9", "-1"])
def test_a_watch_that_never_sleeps_or_never_wakes_is_refused(
    tmp_path: Path, every: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run", [0.5])
    assert main(["report", str(run), f"--watch={every}"]) == 2
    assert "give 1 to 86400 seconds" in capsys.readouterr().err


def test_a_watched_page_says_so_and_stays_after_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(report_watch.time, "sleep", interrupt)
    run, page = make_run(tmp_path / "run", [0.5]), tmp_path / "page.html"
    assert main(["report", str(run), "-o", str(page), "--watch", "30"]) == 130
    assert document(page)["every"] == 30


def test_a_run_is_read_again_only_after_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", [0.5]).parent
    log = run / "run.sqlite-wal"
    rests: list[float] = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 3:
            log.write_bytes(b"more")

    monkeypatch.setattr(report_watch.time, "sleep", rest)
    watch = report_watch.changes([run], 5.0)
    next(watch)
    assert rests == []
    next(watch)
    assert rests == [5.0] * 3


@pytest.mark.parametrize(
    "file", ["baselines.jsonl", "rerank/run.sqlite", "rerank/test/run.sqlite-wal"]
)
def test_what_is_trained_after_a_search_has_begun_is_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    run = make_run(tmp_path / "run", [0.5]).parent
    rests: list[float] = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 2:
            (run / file).parent.mkdir(parents=True, exist_ok=True)
            (run / file).write_bytes(b"more")

    monkeypatch.setattr(report_watch.time, "sleep", rest)
    watch = report_watch.changes([run], 5.0)
    assert [next(watch), next(watch)] == [True, True]
    assert len(rests) == 2


def test_after_a_page_a_watch_rests_for_twenty_times_its_cpu_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", [0.5]).parent
    rests: list[float] = []
    clock = [100.0]

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 2:
            (run / "run.sqlite-wal").write_bytes(b"more")

    monkeypatch.setattr(report_watch.time, "sleep", rest)
    monkeypatch.setattr(report_watch.time, "process_time", lambda: clock[0])
    watch = report_watch.changes([run], 5.0)
    next(watch)
    clock[0] += 3.5  # a page
    next(watch)
    assert rests == [70.0, 5.0]


def test_a_page_of_a_run_that_is_being_written_neither_waits_nor_hinders(tmp_path: Path) -> None:
    from results import TrialStore
    from tests.results.runs import scored, trial

    page = tmp_path / "page.html"
    with TrialStore.create(tmp_path / "run", {"config": "{}"}) as store:
        for number in range(3):
            store.propose(trial(number))
            assert main(["report", str(tmp_path / "run"), "-o", str(page)]) == 0
            store.finish(number, scored(number / 10), number / 10)
            found = document(page)["runs"][0]
            assert found["status"] == {"running": 1} | ({"completed": number} if number else {})


def test_a_watch_ends_with_the_search_and_its_last_page_reloads_no_more(tmp_path: Path) -> None:
    run, page = tmp_path / "run", tmp_path / "page.html"
    search(run, "--trials", "3")
    assert main(["report", str(run), "-o", str(page), "--watch", "30"]) == 0
    assert document(page)["every"] is None


def test_a_watch_goes_on_until_nothing_is_left_of_any_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(tmp_path / "over", "--trials", "2")
    with searching(tmp_path / "run") as trials:

        def go_on(seconds: float) -> None:
            assert next(trials, None) is not None

        monkeypatch.setattr(report_watch.time, "sleep", go_on)
        found = list(report_watch.changes([tmp_path / "over", tmp_path / "run"], 5.0))
    assert found == [True] * 6 + [False]

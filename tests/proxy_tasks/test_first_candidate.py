import subprocess
import sys
from pathlib import Path

# The clock is read when the measuring begins and when it ends.
CODE = """
import sys
from pathlib import Path
from types import SimpleNamespace
from proxy_tasks import detection_task
from proxy_tasks.recipe import DetectorRecipe
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import make_tiny_task

loaded = []
clock = SimpleNamespace(
    perf_counter=lambda: loaded.append(set(sys.modules)) or 0.0, process_time=lambda: 0.0
)
task = make_tiny_task(Path(sys.argv[1]), detector=DetectorRecipe(normalization="group_norm"))
detection_task.time = clock
task.evaluate(SPINENET_49, 0)
print(*sorted(loaded[1] - loaded[0]))
"""


def test_the_first_candidate_of_a_process_is_not_charged_for_imports(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CODE, str(tmp_path)]
    root = Path(__file__).parents[2]
    run = subprocess.run(command, cwd=root, capture_output=True, check=True, text=True)
    assert run.stdout.split() == []

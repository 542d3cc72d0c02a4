"""One of our controllers in a Ray Tune `Tuner` of one's own: 40 trials on a synthetic landscape.

    python docs/examples/ray_tune.py

Takes some 20 s, most of it the start of Ray.
"""

import os

# Read when a Tuner is made: no csv and TensorBoard files of every trial ...
os.environ.setdefault("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")
# ... and two trials at a time where Ray is too old to see max_concurrent_trials.
os.environ.setdefault("TUNE_MAX_PENDING_TRIALS_PG", "2")

import tempfile

import ray
from ray import tune
from ray.tune.logger import JsonLoggerCallback

from controllers import RegularizedEvolution
from nas import ControllerSearcher
from proxy_tasks.landscape import Landscape
from search_space import SPACES, draw_text, from_json

SPACE = SPACES["spinenet-49"]


class Candidate(tune.Trainable):
    """One architecture, scored in one step. With `reuse_actors` its process scores many."""

    def setup(self, config: dict[str, str]) -> None:
        self.landscape = Landscape("tables", seed=0)  # load data and libraries here, once
        self.architecture = from_json(config["architecture"])

    def reset_config(self, new_config: dict[str, str]) -> bool:
        self.architecture = from_json(new_config["architecture"])
        return True

    def step(self) -> dict[str, object]:
        return {**self.landscape.evaluate(self.architecture, seed=0), "done": True}


def main(trials: int = 40) -> None:
    """Search, and print the best."""
    controller = RegularizedEvolution(SPACE, seed=0, population_size=10, sample_size=5)
    with tempfile.TemporaryDirectory() as folder:
        tuner = tune.Tuner(
            Candidate,
            tune_config=tune.TuneConfig(
                search_alg=ControllerSearcher(controller, SPACE, metric="AP", mode="max"),
                metric="AP",
                mode="max",
                num_samples=trials,
                max_concurrent_trials=2,
                reuse_actors=True,
            ),
            run_config=tune.RunConfig(
                storage_path=folder,  # keep it, and `Tuner.restore(folder/NAME, Candidate)` goes on
                verbose=0,
                callbacks=[JsonLoggerCallback()],
                # A class without save_checkpoint ends in an error otherwise
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            ),
        )
        results = tuner.fit()
    best = results.get_best_result()
    print(draw_text(from_json(best.config["architecture"])))
    print(f"{len(results)} trials, best AP {best.metrics['AP']:.3f}")


if __name__ == "__main__":
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    main()
    ray.shutdown()

"""A recipe that trains on generated scenes in seconds."""

from pathlib import Path

TEXT = """
[train]
network = "retinanet"
log_every = 2
checkpoint_every = 3
evaluations = 2

[fidelity]
steps = 8
batch_size = 4
image_size = 64
filter_scale = 0.125
resample_alpha = 0.5
endpoint_filters = 16
head_convs = 1
head_filters = 16
stem_filters = 16

[training]
learning_rate = 1e-2

[detector]
normalization = "sync_batch_norm"
stochastic_depth = 0.2

[limits]
score_threshold = 0.0
pre_nms_top_k = 100

[data]
scenes_train = 12
scenes_reward = 6
"""


def tiny_recipe(folder: Path) -> str:
    """Its path, in a folder of the test's own, which keeps the scenes too."""
    file = folder / "tiny.toml"
    file.write_text(f'{TEXT}cache = "{folder}/cache"\n')
    return str(file)

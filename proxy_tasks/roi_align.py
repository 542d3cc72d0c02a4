"""RoIAlign (arXiv 1703.06870 section 3) of torch operations, for where no compiled one loads."""

import torch
from torch import Tensor


def roi_align(
    features: Tensor,
    rois: Tensor,
    spatial_scale: float,
    pooled_height: int,
    pooled_width: int,
    sampling_ratio: int,
    aligned: bool,
) -> Tensor:
    """Regions of `features` `[N, C, H, W]` as `[K, C, pooled_height, pooled_width]`.

    `rois` `[K, 5]`: image, x1, y1, x2, y2, in pixels of which `spatial_scale` make one cell. A bin
    is the mean of `sampling_ratio` squared points (0 or less: one a cell), each interpolated
    bilinearly; `aligned` takes the centre of a cell for its place, and a region below one cell as
    it is. Points beyond one cell from the map count as 0. Same as `torchvision.ops.roi_align`.

    Interpolation and mean are linear and separable, so they are two matrix products; the gradient
    is theirs. Regions get none.
    """
    with torch.no_grad():
        corners = rois[:, 1:] * spatial_scale - (0.5 if aligned else 0.0)
        extents = corners[:, 2:] - corners[:, :2]
        if not aligned:
            extents = extents.clamp(min=1.0)
        height, width = features.shape[2:]
        rows = _weights(corners[:, 1], extents[:, 1], pooled_height, sampling_ratio, height)
        columns = _weights(corners[:, 0], extents[:, 0], pooled_width, sampling_ratio, width)
        rows, columns = rows.to(features.dtype), columns.to(features.dtype)
        image = rois[:, 0].long()
    out = features.new_zeros(len(rois), features.shape[1], pooled_height, pooled_width)
    for index in set(image.tolist()):
        own = image == index
        out[own] = torch.einsum("kph,chw,kqw->kcpq", rows[own], features[index], columns[own])
    return out


def _weights(starts: Tensor, extents: Tensor, bins: int, sampling_ratio: int, cells: int) -> Tensor:
    """Share of each of a map's `cells` in each bin of a region, along one axis: `[K, bins, cells]`.

    A region begins at `starts` `[K]` and is `extents` `[K]` long, in cells.
    """
    step = extents / bins
    count = torch.full_like(step, sampling_ratio) if sampling_ratio > 0 else step.ceil()
    most = int(count.max()) if len(count) else 0
    sample = torch.arange(most, device=step.device)
    divisor = count.clamp(min=1)[:, None]  # a region without extent has no points, and is 0
    within = (sample + 0.5) / divisor  # [K, samples], in bins
    bin_start = torch.arange(bins, device=step.device)[:, None]
    point = starts[:, None, None] + (bin_start + within[:, None, :]) * step[:, None, None]
    counted = (sample < count[:, None])[:, None, :] & (point >= -1) & (point <= cells)
    share = counted / divisor[:, None]
    point = point.clamp(0, cells - 1)
    low = point.floor()
    high = (low + 1).clamp(max=cells - 1)
    weights = step.new_zeros(len(step), bins, cells)
    weights.scatter_add_(2, low.long(), (1 - (point - low)) * share)
    weights.scatter_add_(2, high.long(), (point - low) * share)
    return weights

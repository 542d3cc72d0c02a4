"""A Gaussian process over networks (Rasmussen and Williams 2006, algorithm 2.1)."""

import numpy as np

from controllers.network_kernel import Array, Encoded, NetworkKernel

_JITTER = 1e-6


class GaussianProcess:
    """With a constant mean by generalised least squares, and an amplitude by maximum likelihood.

    Args:
        kernel: how alike two networks are.
        rows: observed networks, at least one.
        targets: what was observed, `[n]`.
        length: of the kernel.
        noise: variance of an observation by that of the function.
    """

    def __init__(
        self, kernel: NetworkKernel, rows: Encoded, targets: Array, length: float, noise: float
    ) -> None:
        self._kernel, self._rows = kernel, rows
        self._length, self._noise = length, noise
        covariance = kernel(rows, rows, length) + noise * np.eye(len(targets))
        self._whitener = np.linalg.inv(np.linalg.cholesky(covariance))
        ones, whitened = self._whitener.sum(axis=1), self._whitener @ targets
        self._mean = float(ones @ whitened / (ones @ ones))
        self._residual = whitened - self._mean * ones
        self._amplitude = max(float(np.mean(self._residual**2)), 1e-9)

    def predict(self, both: Encoded, count: int) -> tuple[Array, Array]:
        """Mean and variance of the function, without noise, at the first `count` rows of `both`.

        The variance is what is left when the other rows are known too, whatever they bring
        (GP-BUCB: Desautels et al., JMLR 15, 2014).
        """
        known = self._whitener @ self._kernel(both, self._rows, self._length).T
        mean = self._mean + known[:, :count].T @ self._residual
        variance = 1.0 - (known[:, :count] ** 2).sum(axis=0)
        pending = len(both.patterns) - count
        if pending:
            out = Encoded(both.values[count:], both.patterns[count:], both.vocabulary_size)
            left = self._kernel(both, out, self._length) - known.T @ known[:, count:]
            own = left[count:] + (self._noise + _JITTER) * np.eye(pending)
            told = np.linalg.inv(np.linalg.cholesky(own)) @ left[:count].T
            variance -= (told**2).sum(axis=0)
        return mean, self._amplitude * np.maximum(variance, 1e-9)


def log_likelihoods(
    kernel: NetworkKernel, rows: Encoded, targets: Array, length: float, noises: tuple[float, ...]
) -> Array:
    """Logarithm of the marginal likelihood at each noise, but for a constant, `[noises]`."""
    values, vectors = np.linalg.eigh(kernel(rows, rows, length))
    ones, turned = vectors.sum(axis=0), vectors.T @ targets
    found = []
    for noise in noises:
        spectrum = np.maximum(values, 0.0) + noise
        mean = (ones * turned / spectrum).sum() / (ones * ones / spectrum).sum()
        amplitude = max(float(((turned - mean * ones) ** 2 / spectrum).mean()), 1e-9)
        found.append(-0.5 * (len(targets) * np.log(amplitude) + np.log(spectrum).sum()))
    return np.array(found)

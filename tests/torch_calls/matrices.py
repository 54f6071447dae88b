"""Decompositions, inverses and systems of equations."""

import torch
from torch import Tensor

from torch_calls.call import D, call, numbers

la = torch.linalg
EYE = torch.eye(3, dtype=D)


def symmetric(a: Tensor) -> Tensor:
    return a @ a.mT + torch.eye(a.shape[-1], dtype=D)


CALLS = {
    **{
        f"triangular solve, {'upper' if upper else 'lower'}, {'left' if left else 'right'}{', unit' * unit}": call(
            lambda a, b, upper=upper, left=left, unit=unit: la.solve_triangular(
                a, b, upper=upper, left=left, unitriangular=unit
            ),
            (3, 3),
            (3, 2) if left else (2, 3),
        )
        for upper in (True, False)
        for left in (True, False)
        for unit in (True, False)
    },
    "triangular solve, batches": call(lambda a, b: la.solve_triangular(a, b, upper=True), (2, 2, 2), (1, 2, 3)),
    "triangular solve, batch of sides": call(
        lambda a, b: la.solve_triangular(a, b, upper=False, left=False), (2, 2), (3, 2, 2)
    ),
    "triangular solve, by constants": call(lambda b: la.solve_triangular(numbers(3, 3), b, upper=True), (3, 2)),
    "triangular solve, by the identity": call(lambda b: la.solve_triangular(EYE, b, upper=True), (3, 2), bounded=True),
    "triangular solve, by a unit diagonal": call(
        lambda b: la.solve_triangular(EYE * 0, b, upper=False, unitriangular=True), (3, 1), bounded=True
    ),
    "triangular inverse": call(lambda a: la.solve_triangular(a, EYE, upper=True), (3, 3), bounded=True),
    "triangular solve, old name": call(
        lambda b, a: torch.triangular_solve(b, a, transpose=True), (3, 2), (3, 3), bounded=True
    ),
    "solve": call(la.solve, (3, 3), (3, 2)),
    "solve, a vector": call(la.solve, (3, 3), (3,)),
    "solve, vectors": call(la.solve, (2, 2, 2), (2, 2)),
    "solve, one matrix": call(la.solve, (1, 2, 2), (3, 2, 1)),
    "solve, from the right": call(lambda a, b: la.solve(a, b, left=False), (3, 3), (2, 3)),
    "solve, by constants": call(lambda b: la.solve(numbers(3, 3), b), (3, 2)),
    "solve, by a diagonal": call(lambda b: la.solve(EYE * 2, b), (3, 2), bounded=True),
    "solve, constants": call(lambda a: la.solve(a, torch.ones(3, 2, dtype=D)), (3, 3)),
    "inverse": call(la.inv, (2, 2, 2)),
    "inverse, with its check": call(la.inv_ex, (3, 3), bounded=(1,)),
    "determinant": call(la.det, (2, 2, 2)),
    "sign and logarithm": call(la.slogdet, (3, 3), unseen="a sign seldom changes"),
    "matrix exponential": call(la.matrix_exp, (3, 3)),
    "matrix power": call(lambda a: la.matrix_power(a, 3), (3, 3)),
    "pseudo-inverse": call(la.pinv, (3, 2), nan=False),
    "pseudo-inverse, hermitian": call(lambda a: la.pinv(a, hermitian=True), (3, 3), bounded=True, nan=False),
    "qr": call(la.qr, (3, 3), bounded=True),
    "qr, high": call(la.qr, (4, 2), bounded=True),
    "qr, wide": call(la.qr, (2, 4), bounded=True),
    "qr, complete": call(lambda a: la.qr(a, mode="complete"), (4, 2), bounded=True),
    "qr, one factor": call(lambda a: la.qr(a, mode="r"), (3, 2), bounded=True),
    "cholesky": call(lambda a: la.cholesky(symmetric(a)), (3, 3), bounded=True, nan=False),
    "cholesky, solved": call(torch.cholesky_solve, (3, 2), (3, 3), bounded=True),
    "cholesky, inverse": call(torch.cholesky_inverse, (3, 3), bounded=True),
    "lu": call(la.lu, (3, 3), bounded=True),
    "lu, solved": call(lambda a, b: la.lu_solve(*la.lu_factor(a), b), (3, 3), (3, 2), bounded=True),
    "ldl": call(lambda a: la.ldl_factor(a)[0], (3, 3), bounded=True, nan=False),
    "reflectors": call(torch.geqrf, (3, 2), bounded=True, nan=False),
    "product of reflectors": call(lambda a: la.householder_product(a, torch.ones(2, dtype=D)), (3, 2), bounded=True),
    "least squares": call(lambda a, b: la.lstsq(a, b)[0], (4, 2), (4, 3), bounded=True, nan=False),
    "least squares, a vector": call(lambda a, b: la.lstsq(a, b)[0], (4, 2), (4,), bounded=True, nan=False),
    "eigenvalues, symmetric": call(la.eigh, (3, 3), nan=False),
    "eigenvalues, symmetric, upper": call(lambda a: la.eigvalsh(a, UPLO="U"), (2, 3, 3), nan=False),
    "eigenvalues": call(la.eig, (3, 3), nan=False),
    "singular values": call(la.svd, (4, 2), nan=False),
    "singular values, one row": call(lambda a: la.svd(a, full_matrices=False), (1, 3), bounded=True, nan=False),
    "cross product": call(la.cross, (2, 3), (1, 3)),
    "cross product, first dimension": call(lambda a, b: torch.cross(a, b, dim=0), (3, 2), (3, 2)),
    "trace": call(torch.trace, (2, 3)),
}

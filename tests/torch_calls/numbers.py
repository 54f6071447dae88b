"""Complex numbers, their parts, Fourier transforms."""

import torch
from torch import Tensor

from torch_calls.call import D, call, numbers

C = torch.complex128
fft = torch.fft
complex_of = torch.view_as_complex
parts_of = torch.view_as_real


def real_written(z: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    z = z.clone()
    z.real.copy_(x)
    return z.imag, z.real


def spectral_convolution(x: Tensor) -> Tensor:
    """As in Fourier neural operators."""
    spectrum = fft.rfft(x)
    out = torch.zeros(2, 3, dtype=C)
    out[:, :2] = torch.einsum("bi,io->bo", spectrum[:, :2], numbers(2, 2, dtype=C))
    return fft.irfft(out, 4)


CALLS = {
    "imaginary part": call(lambda x: complex_of(x).imag, (3, 2)),
    "real part": call(lambda x: complex_of(x).real, (3, 2)),
    "imaginary part of two parts": call(lambda x, y: torch.complex(x, y).imag, (2, 1), (3,)),
    "real part beside a constant": call(lambda x: torch.complex(x, torch.ones(3, dtype=D)).imag, (3,)),
    "parts of two parts": call(lambda x, y: parts_of(torch.complex(x, y)), (3,), (3,)),
    "parts of polar": call(lambda x, y: parts_of(torch.polar(x, y)), (3,), (3,)),
    "complex made real": call(lambda x: complex_of(x).to(D), (3, 2)),
    "complex written to real": call(lambda x: torch.zeros(3, dtype=D).copy_(complex_of(x)), (3, 2)),
    "real written to complex": call(lambda x: torch.zeros(3, dtype=C).copy_(x).imag + x[0], (3,)),
    "part of a first power": call(lambda x: (complex_of(x) ** 1).imag, (3, 2), bounded=True),
    "imaginary part of a real number": call(lambda x: x.to(C).imag, (3,)),
    "part of a complex input": call(lambda z: z.imag, ((3,), C)),
    "part of a conjugate": call(lambda z: z.conj().imag, ((3,), C)),
    "absolute": call(lambda x: complex_of(x).abs(), (3, 2)),
    "angle": call(lambda x: complex_of(x).angle(), (3, 2)),
    "angle of a real number": call(lambda x: x.angle(), (3,)),
    "parts of a product": call(lambda x, y: parts_of(complex_of(x) * complex_of(y)), (3, 2), (3, 2)),
    "parts of a product with a constant": call(lambda x: parts_of(complex_of(x) * numbers(3, dtype=C)), (3, 2)),
    "parts of a product with a real number": call(lambda x, y: parts_of(complex_of(x) * y), (3, 2), (3,), bounded=True),
    "parts of a sum": call(lambda x, y: parts_of(complex_of(x) + complex_of(y)), (3, 2), (3, 2), bounded=True),
    "part of a sum with a real number": call(lambda x, y: (complex_of(x) + y).imag, (3, 2), (3,), bounded=True),
    "part of an exponential": call(lambda x: complex_of(x).exp().imag, (3, 2)),
    "part of a quotient": call(lambda x, y: (y / complex_of(x)).imag, (3, 2), (3,)),
    "part of a quotient by a real number": call(lambda x, y: (complex_of(x) / y).imag, (3, 2), (3,), bounded=True),
    "part of a matrix product": call(lambda x: (complex_of(x) @ numbers(3, 2, dtype=C)).real, (2, 3, 2)),
    "part of a matrix product and a sum": call(
        lambda b, x: torch.addmm(b.to(C), x.to(C), numbers(3, 2, dtype=C)).imag, (2, 2), (2, 3), bounded=True
    ),
    "part of a sum over all": call(lambda x: complex_of(x).sum().imag, (3, 2), bounded=True),
    "part of a stack": call(lambda x: torch.stack([complex_of(x), complex_of(x)]).imag, (3, 2), bounded=True),
    "part of an in-place product": call(lambda x: complex_of(x).mul_(numbers(3, dtype=C)).imag, (3, 2)),
    "real part written": call(real_written, ((3,), C), (3,), unseen="a complex input is one element"),
    "rfft": call(fft.rfft, (2, 4)),
    "rfft, absolute": call(lambda x: fft.rfft(x).abs(), (2, 5)),
    "rfft, of a length": call(lambda x: fft.rfft(x, 3).abs(), (2, 4)),
    "rfft, longer": call(lambda x: fft.rfft(x, 6).abs(), (2, 4)),
    **{f"rfft, imaginary part of {n}": call(lambda x: fft.rfft(x).imag, (2, n), bounded=True) for n in (1, 2, 4, 5)},
    "rfft, real part": call(lambda x: fft.rfft(x).real, (2, 4), bounded=True),
    "rfft2, absolute": call(lambda x: fft.rfft2(x).abs(), (2, 3, 4)),
    "fft, imaginary part": call(lambda x: fft.fft(x).imag, (2, 4), bounded=True),
    "fftn, two dimensions": call(lambda x: fft.fftn(x, dim=(0, 2)).abs(), (2, 2, 3)),
    "fft twice, real part": call(lambda x: fft.fft(fft.fft(x, dim=-1), dim=-2).real, (2, 3, 2), bounded=True),
    "fftshift": call(fft.fftshift, (2, 3)),
    "ifft": call(lambda x: fft.ifft(complex_of(x)), (3, 2)),
    "irfft": call(lambda x: fft.irfft(complex_of(x)), (4, 2), bounded=True),
    "irfft, of a complex input": call(lambda z: fft.irfft(z, 5), ((2, 3), C)),
    "hfft": call(lambda x: fft.hfft(complex_of(x)), (4, 2), bounded=True),
    "ihfft": call(fft.ihfft, (4,)),
    "spectrum filtered": call(lambda x: fft.irfft2(fft.rfft2(x) * numbers(3, 3, dtype=C)), (3, 4)),
    "spectrum weighed": call(lambda x: fft.irfft2(fft.rfft2(x) * numbers(3, 3)), (3, 4)),
    "spectrum shifted": call(lambda x: fft.irfft(fft.rfft(x).roll(1, -1)), (2, 4), bounded=True),
    "spectral convolution": call(spectral_convolution, (2, 4)),
    "rotary positions": call(
        lambda x: parts_of(complex_of(x.reshape(3, 2, 2)) * numbers(3, 2, dtype=C)).flatten(1), (3, 4)
    ),
    "convolution by spectra": call(lambda x, k: fft.irfft(fft.rfft(x) * fft.rfft(k)), (4,), (4,)),
    "analytic signal": call(
        lambda x: fft.ifft(fft.fft(x) * torch.tensor([1.0, 2, 1, 0], dtype=D)).imag, (4,), bounded=True
    ),
    "spectrum of two directions": call(lambda x: fft.irfft(fft.rfft(x) + fft.rfft(x.flip(-1))), (4,)),
    "part of a choice": call(
        lambda x: torch.where(torch.tensor([True, False]), complex_of(x), 0j).imag, (2, 2), bounded=True
    ),
    "complex, scattered": call(
        lambda x: torch.zeros(3, dtype=C).scatter(0, torch.tensor([2, 0]), complex_of(x)).imag, (2, 2), bounded=True
    ),
}

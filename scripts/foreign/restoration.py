"""Networks of kornia and spandrel: filters, features of images, restoration."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from scripts.foreign.table import Foreign, Table

__all__ = ["KORNIA", "SPANDREL"]

PICTURE = (1, 3, 16, 16)


def _made(path: str, **config: Any) -> Callable[[], Any]:
    """A factory of the class that `module:Class` names."""

    def make() -> Any:
        module, _, name = path.partition(":")
        return getattr(importlib.import_module(module), name)(**config).eval()

    return make


def _spandrel(path: str, **config: Any) -> Foreign:
    package, _, rest = path.partition(".")
    return Foreign(_made(f"spandrel.architectures.{package}.__arch.{rest}", **config), PICTURE)


KORNIA: Table = {
    "DexiNed": Foreign(_made("kornia.models.dexined:DexiNed", pretrained=False), (1, 3, 64, 64), rows=8),
    "TinyViT": Foreign(
        _made(
            "kornia.models.tiny_vit:TinyViT",
            img_size=64,
            embed_dims=(8, 8, 16, 16),
            depths=(1, 1, 2, 1),
            num_heads=(2, 2, 2, 2),
            window_sizes=(4, 4, 4, 2),
        ),
        (1, 3, 64, 64),
    ),
    "RRDBNet": Foreign(
        _made("kornia.models.rrdbnet:RRDBNet", num_in_ch=3, num_out_ch=3, num_feat=4, num_block=1, num_grow_ch=2),
        PICTURE,
    ),
    "HardNet": Foreign(_made("kornia.feature:HardNet", pretrained=False), (1, 1, 32, 32)),
    "HyNet": Foreign(_made("kornia.feature:HyNet", pretrained=False), (1, 1, 32, 32)),
    "SOSNet": Foreign(_made("kornia.feature:SOSNet", pretrained=False), (1, 1, 32, 32)),
    "TFeat": Foreign(_made("kornia.feature:TFeat", pretrained=False), (1, 1, 32, 32)),
    "KeyNet": Foreign(_made("kornia.feature:KeyNet", pretrained=False), (1, 1, 32, 32)),
    "OriNet": Foreign(_made("kornia.feature:OriNet", pretrained=False), (1, 1, 32, 32)),
    "SIFTDescriptor": Foreign(_made("kornia.feature:SIFTDescriptor", patch_size=24), (1, 1, 24, 24)),
    "MKDDescriptor": Foreign(_made("kornia.feature:MKDDescriptor", patch_size=16, whitening=None), (1, 1, 16, 16)),
    "XFeatModel": Foreign(_made("kornia.feature:XFeatModel"), (1, 3, 64, 64)),
    "Canny": Foreign(_made("kornia.filters:Canny"), (1, 1, 24, 24)),
    "Sobel": Foreign(_made("kornia.filters:Sobel"), PICTURE),
    "MaxBlurPool2D": Foreign(_made("kornia.filters:MaxBlurPool2D", kernel_size=3), PICTURE),
    "MedianBlur": Foreign(_made("kornia.filters:MedianBlur", kernel_size=(3, 3)), PICTURE),
    "BilateralBlur": Foreign(
        _made("kornia.filters:BilateralBlur", kernel_size=3, sigma_color=0.1, sigma_space=(1.0, 1.0)), PICTURE
    ),
    "CornerHarris": Foreign(_made("kornia.feature:CornerHarris", k=0.04), PICTURE),
}

SPANDREL: Table = {
    "DnCNN": _spandrel("DnCNN.network_dncnn:DnCNN", in_nc=3, out_nc=3, nc=8, nb=4),
    "ESRGAN": _spandrel("ESRGAN.RRDB:RRDBNet", num_filters=8, num_blocks=1),
    "SwinIR": _spandrel(
        "SwinIR.SwinIR:SwinIR",
        img_size=16,
        embed_dim=8,
        depths=[2],
        num_heads=[2],
        window_size=4,
        mlp_ratio=2.0,
        upscale=2,
        upsampler="pixelshuffledirect",
    ),
    "Swin2SR": _spandrel(
        "Swin2SR.Swin2SR:Swin2SR",
        img_size=16,
        embed_dim=8,
        depths=[2],
        num_heads=[2],
        window_size=4,
        mlp_ratio=2.0,
        upscale=2,
        upsampler="pixelshuffledirect",
    ),
    "NAFNet": _spandrel(
        "NAFNet.NAFNet_arch:NAFNet", width=8, middle_blk_num=1, enc_blk_nums=[1, 1], dec_blk_nums=[1, 1]
    ),
    "SCUNet": Foreign(
        _spandrel("SCUNet.SCUNet:SCUNet", config=[1, 1, 1, 1, 1, 1, 1], dim=64, input_resolution=64).make,
        (1, 3, 64, 64),
    ),
    "RCAN": _spandrel("RCAN.rcan_arch:RCAN", n_resgroups=1, n_resblocks=1, n_feats=8, reduction=4, scale=2),
    "OmniSR": _spandrel("OmniSR.OmniSR:OmniSR", num_feat=16, window_size=8, up_scale=2),
    "SPAN": _spandrel("SPAN.span:SPAN", num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=2),
    "PLKSR": _spandrel("PLKSR.PLKSR:PLKSR", dim=8, n_blocks=1, upscaling_factor=2),
    "HAT": _spandrel(
        "HAT.HAT:HAT",
        img_size=16,
        embed_dim=8,
        depths=(2,),
        num_heads=(2,),
        window_size=4,
        squeeze_factor=2,
        mlp_ratio=2.0,
        upscale=2,
        num_feat=8,
    ),
    "DAT": _spandrel(
        "DAT.DAT:DAT",
        img_size=16,
        embed_dim=16,
        split_size=[2, 4],
        depth=[2],
        num_heads=[2],
        expansion_factor=2.0,
        upscale=2,
    ),
    "SAFMN": _spandrel("SAFMN.safmn:SAFMN", dim=8, n_blocks=1, upscaling_factor=2),
    "SRVGGNetCompact": _spandrel("Compact.SRVGG:SRVGGNetCompact", num_feat=8, num_conv=2, upscale=2),
    "ATD": _spandrel(
        "ATD.atd_arch:ATD",
        img_size=16,
        embed_dim=8,
        depths=(2,),
        num_heads=(2,),
        window_size=8,
        category_size=16,
        num_tokens=8,
        upscale=2,
        upsampler="pixelshuffledirect",
    ),
}

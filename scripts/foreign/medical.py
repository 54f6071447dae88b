"""Networks of MONAI and of segmentation-models-pytorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.foreign.table import Foreign, Table

__all__ = ["MEDICAL", "SEGMENTATION"]

PICTURE = (1, 1, 32, 32)
STAGES: dict[str, Any] = {
    "spatial_dims": 2,
    "in_channels": 1,
    "out_channels": 2,
    "channels": (4, 8, 8),
    "strides": (2, 2),
}


def _monai(name: str, **config: Any) -> Callable[[], Any]:
    def make() -> Any:
        from monai.networks import nets

        return getattr(nets, name)(**config).eval()

    return make


def _smp(name: str, rows: int | None = None, **config: Any) -> Foreign:
    def make() -> Any:
        import segmentation_models_pytorch as smp

        return getattr(smp, name)(**{"encoder_weights": None, "encoder_name": "resnet18", **config}).eval()

    return Foreign(make, (1, 3, 64, 64), rows=rows)


MEDICAL: Table = {
    "UNet": Foreign(_monai("UNet", num_res_units=1, **STAGES), PICTURE),
    "UNet, 3-D": Foreign(_monai("UNet", **{**STAGES, "spatial_dims": 3}), (1, 1, 16, 16, 16)),
    "BasicUNet": Foreign(_monai("BasicUNet", spatial_dims=2, features=(4, 4, 8, 8, 8, 4)), PICTURE),
    "BasicUNetPlusPlus": Foreign(_monai("BasicUNetPlusPlus", spatial_dims=2, features=(4, 4, 8, 8, 8, 4)), PICTURE),
    "AttentionUnet": Foreign(_monai("AttentionUnet", **STAGES), PICTURE),
    "DynUNet": Foreign(
        _monai(
            "DynUNet",
            spatial_dims=2,
            in_channels=1,
            out_channels=2,
            kernel_size=[3, 3, 3],
            strides=[1, 2, 2],
            upsample_kernel_size=[2, 2],
            filters=[4, 8, 8],
        ),
        PICTURE,
    ),
    "SegResNet": Foreign(_monai("SegResNet", spatial_dims=2, blocks_down=(1, 1, 1), blocks_up=(1, 1)), PICTURE),
    "SwinUNETR": Foreign(
        _monai(
            "SwinUNETR",
            in_channels=1,
            out_channels=2,
            spatial_dims=2,
            feature_size=12,
            depths=(1, 1, 1, 1),
            num_heads=(1, 2, 2, 4),
            window_size=4,
        ),
        (1, 1, 64, 64),
    ),
    "UNETR": Foreign(
        _monai(
            "UNETR",
            in_channels=1,
            out_channels=2,
            img_size=32,
            feature_size=4,
            hidden_size=16,
            mlp_dim=32,
            num_heads=2,
            spatial_dims=2,
        ),
        PICTURE,
    ),
    "ViT": Foreign(
        _monai(
            "ViT",
            in_channels=1,
            img_size=(16, 16, 16),
            patch_size=(8, 8, 8),
            hidden_size=16,
            mlp_dim=32,
            num_layers=2,
            num_heads=2,
        ),
        (1, 1, 16, 16, 16),
    ),
    "ViTAutoEnc": Foreign(
        _monai(
            "ViTAutoEnc",
            in_channels=1,
            img_size=32,
            patch_size=4,
            hidden_size=16,
            mlp_dim=32,
            num_layers=1,
            num_heads=2,
            spatial_dims=2,
        ),
        PICTURE,
    ),
    "VNet": Foreign(_monai("VNet", spatial_dims=3), (1, 1, 16, 16, 16)),
    "HighResNet": Foreign(_monai("HighResNet", spatial_dims=2), PICTURE),
    "DenseNet": Foreign(
        _monai(
            "DenseNet",
            spatial_dims=3,
            in_channels=1,
            out_channels=2,
            init_features=8,
            growth_rate=4,
            block_config=(1, 1),
        ),
        (1, 1, 16, 16, 16),
    ),
    "AutoEncoder": Foreign(_monai("AutoEncoder", **{**STAGES, "strides": (2, 2, 1)}), PICTURE),
    "VQVAE": Foreign(
        _monai(
            "VQVAE",
            spatial_dims=2,
            in_channels=1,
            out_channels=1,
            channels=(4, 8),
            num_res_layers=1,
            num_res_channels=(4, 8),
            downsample_parameters=((2, 4, 1, 1), (2, 4, 1, 1)),
            upsample_parameters=((2, 4, 1, 1, 0), (2, 4, 1, 1, 0)),
            num_embeddings=8,
            embedding_dim=4,
        ),
        PICTURE,
    ),
    "AutoencoderKL": Foreign(
        _monai(
            "AutoencoderKL",
            spatial_dims=2,
            channels=(8, 8),
            num_res_blocks=1,
            attention_levels=(False, False),
            norm_num_groups=4,
            with_encoder_nonlocal_attn=False,
            with_decoder_nonlocal_attn=False,
        ),
        PICTURE,
    ),
    "RegUNet": Foreign(
        _monai("RegUNet", spatial_dims=2, in_channels=2, num_channel_initial=4, depth=2), (1, 2, 32, 32)
    ),
    "VoxelMorphUNet": Foreign(
        _monai(
            "VoxelMorphUNet",
            spatial_dims=2,
            in_channels=2,
            unet_out_channels=8,
            channels=(4, 4, 8, 8),
            final_conv_channels=(4, 4),
        ),
        (1, 2, 32, 32),
    ),
    "MedNeXt": Foreign(
        _monai(
            "MedNeXt",
            spatial_dims=2,
            init_filters=4,
            kernel_size=3,
            blocks_down=(1, 1),
            blocks_bottleneck=1,
            blocks_up=(1, 1),
        ),
        PICTURE,
    ),
    "PatchDiscriminator": Foreign(_monai("PatchDiscriminator", spatial_dims=2, channels=4, in_channels=1), PICTURE),
    "Quicknat": Foreign(_monai("Quicknat", num_classes=2, num_filters=4, se_block=None), PICTURE),
}

SEGMENTATION: Table = {
    "Unet": _smp("Unet", decoder_channels=(32, 16, 16, 8, 8)),
    "Unet, scse": _smp("Unet", decoder_channels=(32, 16, 16, 16, 16), decoder_attention_type="scse"),
    "UnetPlusPlus": _smp("UnetPlusPlus", decoder_channels=(32, 16, 16, 8, 8)),
    "MAnet": _smp("MAnet", decoder_channels=(32, 16, 16, 8, 8), decoder_pab_channels=8),
    "Linknet": _smp("Linknet"),
    "FPN": _smp("FPN", decoder_pyramid_channels=16, decoder_segmentation_channels=32),
    "PSPNet": _smp("PSPNet", 8, psp_out_channels=32),
    "PAN": Foreign(_smp("PAN", decoder_channels=8).make, (1, 3, 128, 128), rows=8),
    "DeepLabV3": _smp("DeepLabV3", 8, decoder_channels=8),
    "DeepLabV3Plus": _smp("DeepLabV3Plus", 8, decoder_channels=8),
    "UPerNet": _smp("UPerNet", 8, decoder_channels=16),
    "Segformer": _smp("Segformer", encoder_name="mit_b0", decoder_segmentation_channels=16),
    "DPT": Foreign(
        _smp(
            "DPT",
            encoder_name="tu-vit_tiny_patch16_224",
            encoder_output_indices=[2, 5, 8, 11],
            decoder_fusion_channels=8,
        ).make,
        (1, 3, 224, 224),
        rows=8,
    ),
    "Unet, mobilenet_v2": _smp("Unet", encoder_name="mobilenet_v2", decoder_channels=(32, 16, 16, 8, 8)),
    "Unet, efficientnet-b0": _smp("Unet", encoder_name="efficientnet-b0", decoder_channels=(32, 16, 16, 8, 8)),
}

"""Models of transformers that read images and films."""

from __future__ import annotations

from typing import Any

from scripts.foreign.language import transformer
from scripts.foreign.table import Foreign, Table

__all__ = ["VISION"]

IMAGE = (1, 3, 32, 32)
VIT: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "image_size": 32,
    "patch_size": 8,
}
HIERARCHY: dict[str, Any] = {"embed_dim": 8, "depths": [2, 2], "num_heads": [2, 2], "image_size": 32, "patch_size": 2}


def _seen(name: str, **config: Any) -> Foreign:
    return Foreign(transformer(name, **config), IMAGE)


VISION: Table = {
    "ViTModel": _seen("ViTModel", **VIT),
    "ViTMAEModel": _seen("ViTMAEModel", **VIT),
    "ViTMAEForPreTraining": _seen(
        "ViTMAEForPreTraining",
        decoder_hidden_size=16,
        decoder_num_hidden_layers=1,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=32,
        **VIT,
    ),
    "DeiTModel": _seen("DeiTModel", **VIT),
    "BeitModel": _seen("BeitModel", use_relative_position_bias=True, **VIT),
    "Dinov2Model": _seen("Dinov2Model", **{k: v for k, v in VIT.items() if k != "intermediate_size"}),
    "DINOv3ViTModel": _seen("DINOv3ViTModel", **VIT),
    "SwinModel": _seen("SwinModel", window_size=4, **HIERARCHY),
    "Swinv2Model": _seen("Swinv2Model", window_size=4, **HIERARCHY),
    "Swin2SRForImageSuperResolution": _seen(
        "Swin2SRForImageSuperResolution",
        embed_dim=8,
        depths=[2],
        num_heads=[2],
        image_size=16,
        window_size=4,
        upscale=2,
    ),
    "SegformerForSemanticSegmentation": _seen(
        "SegformerForSemanticSegmentation",
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 2, 2, 2],
        decoder_hidden_size=16,
    ),
    "GLPNForDepthEstimation": _seen(
        "GLPNForDepthEstimation",
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 2, 2, 2],
        decoder_hidden_size=8,
    ),
    "PvtV2Model": _seen(
        "PvtV2Model", hidden_sizes=[8, 16, 16, 16], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 2]
    ),
    "ConvNextModel": _seen("ConvNextModel", hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1]),
    "ConvNextV2Model": _seen("ConvNextV2Model", hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1]),
    "ResNetModel": _seen("ResNetModel", embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1]),
    "RegNetModel": _seen(
        "RegNetModel", embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], groups_width=8
    ),
    "BitModel": _seen("BitModel", embedding_size=8, hidden_sizes=[16, 16, 32, 32], depths=[1, 1, 1, 1], num_groups=2),
    "EfficientNetModel": _seen("EfficientNetModel", width_coefficient=0.25, depth_coefficient=0.25, hidden_dim=320),
    "MobileNetV2Model": _seen("MobileNetV2Model", depth_multiplier=0.25, min_depth=4),
    "MobileViTModel": _seen(
        "MobileViTModel", hidden_sizes=[8, 8, 16], neck_hidden_sizes=[4, 4, 8, 8, 8, 16, 16], num_attention_heads=2
    ),
    "PoolFormerModel": _seen("PoolFormerModel", hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1]),
    "FocalNetModel": _seen(
        "FocalNetModel",
        image_size=32,
        embed_dim=8,
        depths=[1, 1],
        hidden_sizes=[8, 16],
        focal_levels=[2, 2],
        focal_windows=[3, 3],
    ),
    "CvtModel": _seen("CvtModel", embed_dim=[8, 8, 16], num_heads=[1, 2, 2], depth=[1, 2, 3]),
    "LevitModel": _seen(
        "LevitModel",
        image_size=32,
        hidden_sizes=[16, 16, 16],
        num_attention_heads=[2, 2, 2],
        depths=[1, 1, 1],
        key_dim=[8, 8, 8],
    ),
    "HieraModel": _seen(
        "HieraModel",
        image_size=[32, 32],
        embed_dim=8,
        depths=[1, 1, 1],
        num_heads=[1, 2, 2],
        query_stride=[2, 2],
        num_query_pool=2,
        masked_unit_size=[4, 4],
    ),
    "DPTForDepthEstimation": _seen(
        "DPTForDepthEstimation",
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        reassemble_factors=[4, 2, 1, 0.5],
        is_hybrid=False,
        **{**VIT, "num_hidden_layers": 4},
    ),
    "YolosModel": _seen("YolosModel", num_detection_tokens=4, **{**VIT, "image_size": [32, 32]}),
    "CLIPVisionModel": _seen("CLIPVisionModel", **VIT),
    "SiglipVisionModel": _seen("SiglipVisionModel", **VIT),
    "SuperPointForKeypointDetection": _seen(
        "SuperPointForKeypointDetection",
        encoder_hidden_sizes=[8, 8, 8, 8],
        decoder_hidden_size=8,
        keypoint_decoder_dim=65,
        descriptor_decoder_dim=16,
    ),
    "SamVisionModel": Foreign(
        transformer("SamVisionModel", output_channels=8, window_size=2, global_attn_indexes=[1], mlp_dim=32, **VIT),
        IMAGE,
    ),
    "VideoMAEModel": Foreign(
        transformer("VideoMAEModel", num_frames=4, tubelet_size=2, **VIT), (1, 4, 3, 32, 32), axes="NDCHW"
    ),
    "TimesformerModel": Foreign(transformer("TimesformerModel", num_frames=4, **VIT), (1, 4, 3, 32, 32), axes="NDCHW"),
}

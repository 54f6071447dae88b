"""Models of diffusers: denoisers and autoencoders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.foreign.table import Foreign, Table

__all__ = ["DIFFUSION"]


def _step() -> dict[str, Any]:
    """A step of the diffusion."""
    return {"timestep": 5}


LATENT = (1, 4, 8, 8)
WORDS = (1, 6, 16)
AUTOENCODER: dict[str, Any] = {
    "down_block_types": ("DownEncoderBlock2D", "DownEncoderBlock2D"),
    "up_block_types": ("UpDecoderBlock2D", "UpDecoderBlock2D"),
    "block_out_channels": (8, 16),
    "norm_num_groups": 4,
}


def _made(name: str, **config: Any) -> Callable[[], Any]:
    def make() -> Any:
        import diffusers

        return getattr(diffusers, name)(**config).eval()

    return make


DIFFUSION: Table = {
    "UNet1DModel": Foreign(
        _made("UNet1DModel", sample_size=32, block_out_channels=(32, 32, 32), extra_in_channels=64), (1, 2, 32), _step
    ),
    "UNet2DModel": Foreign(
        _made(
            "UNet2DModel",
            down_block_types=("DownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "UpBlock2D"),
            block_out_channels=(8, 16),
            layers_per_block=1,
            norm_num_groups=4,
        ),
        (1, 3, 16, 16),
        _step,
    ),
    "UNet2DConditionModel": Foreign(
        _made(
            "UNet2DConditionModel",
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            block_out_channels=(8, 16),
            layers_per_block=1,
            norm_num_groups=4,
            cross_attention_dim=16,
            attention_head_dim=4,
        ),
        {"sample": LATENT, "encoder_hidden_states": WORDS},
        _step,
    ),
    "UNet3DConditionModel": Foreign(
        _made(
            "UNet3DConditionModel",
            down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
            up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"),
            block_out_channels=(8, 16),
            layers_per_block=1,
            norm_num_groups=4,
            cross_attention_dim=16,
            attention_head_dim=4,
        ),
        {"sample": (1, 4, 4, 8, 8), "encoder_hidden_states": WORDS},
        _step,
    ),
    "ControlNetModel": Foreign(
        _made(
            "ControlNetModel",
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            block_out_channels=(8, 16),
            layers_per_block=1,
            norm_num_groups=4,
            cross_attention_dim=16,
            attention_head_dim=4,
            conditioning_embedding_out_channels=(8, 8),
        ),
        {"sample": LATENT, "encoder_hidden_states": WORDS, "controlnet_cond": (1, 3, 16, 16)},
        _step,
    ),
    "T2IAdapter": Foreign(_made("T2IAdapter", channels=[8, 8], num_res_blocks=1, downscale_factor=4), (1, 3, 32, 32)),
    "AutoencoderKL": Foreign(_made("AutoencoderKL", **AUTOENCODER), (1, 3, 16, 16)),
    "AutoencoderTiny": Foreign(
        _made(
            "AutoencoderTiny",
            encoder_block_out_channels=(8, 8),
            decoder_block_out_channels=(8, 8),
            num_encoder_blocks=(1, 1),
            num_decoder_blocks=(1, 1),
        ),
        (1, 3, 16, 16),
    ),
    "VQModel": Foreign(_made("VQModel", num_vq_embeddings=16, **AUTOENCODER), (1, 3, 16, 16)),
    "AutoencoderDC": Foreign(
        _made(
            "AutoencoderDC",
            latent_channels=4,
            attention_head_dim=4,
            encoder_block_types=("ResBlock", "EfficientViTBlock"),
            decoder_block_types=("ResBlock", "EfficientViTBlock"),
            encoder_block_out_channels=(8, 16),
            decoder_block_out_channels=(8, 16),
            encoder_layers_per_block=(1, 1),
            decoder_layers_per_block=(1, 1),
            encoder_qkv_multiscales=((), (5,)),
            decoder_qkv_multiscales=((), (5,)),
        ),
        (1, 3, 16, 16),
    ),
    "AutoencoderOobleck": Foreign(
        _made(
            "AutoencoderOobleck",
            encoder_hidden_size=8,
            downsampling_ratios=[2, 4],
            channel_multiples=[1, 2],
            decoder_channels=8,
            decoder_input_channels=4,
        ),
        (1, 2, 128),
    ),
    "AutoencoderKLCogVideoX": Foreign(
        _made(
            "AutoencoderKLCogVideoX",
            down_block_types=("CogVideoXDownBlock3D", "CogVideoXDownBlock3D"),
            up_block_types=("CogVideoXUpBlock3D", "CogVideoXUpBlock3D"),
            block_out_channels=(8, 8),
            layers_per_block=1,
            norm_num_groups=2,
            latent_channels=4,
            temporal_compression_ratio=2,
        ),
        (1, 3, 5, 16, 16),
    ),
    "AutoencoderKLWan": Foreign(
        _made("AutoencoderKLWan", base_dim=8, z_dim=4, dim_mult=[1, 1], num_res_blocks=1, temperal_downsample=[True]),
        (1, 3, 5, 16, 16),
    ),
    "AutoencoderKLTemporalDecoder": Foreign(
        _made("AutoencoderKLTemporalDecoder", block_out_channels=(32,)), (2, 3, 8, 8), lambda: {"num_frames": 2}
    ),
    "DiTTransformer2DModel": Foreign(
        _made(
            "DiTTransformer2DModel",
            num_attention_heads=2,
            attention_head_dim=8,
            num_layers=2,
            sample_size=8,
            norm_num_groups=4,
        ),
        {"hidden_states": LATENT, "timestep": "1:int64", "class_labels": "1:int64"},
    ),
    "PixArtTransformer2DModel": Foreign(
        _made(
            "PixArtTransformer2DModel",
            num_attention_heads=2,
            attention_head_dim=8,
            num_layers=2,
            sample_size=8,
            norm_num_groups=4,
            cross_attention_dim=16,
            caption_channels=16,
        ),
        {"hidden_states": LATENT, "encoder_hidden_states": WORDS, "timestep": "1:int64"},
        lambda: {"added_cond_kwargs": {}},
    ),
    "SD3Transformer2DModel": Foreign(
        _made(
            "SD3Transformer2DModel",
            sample_size=8,
            in_channels=4,
            out_channels=4,
            num_layers=2,
            attention_head_dim=8,
            num_attention_heads=2,
            joint_attention_dim=16,
            caption_projection_dim=16,
            pooled_projection_dim=8,
            pos_embed_max_size=8,
        ),
        {"hidden_states": LATENT, "encoder_hidden_states": WORDS, "pooled_projections": (1, 8), "timestep": "1:int64"},
    ),
    "SanaTransformer2DModel": Foreign(
        _made(
            "SanaTransformer2DModel",
            in_channels=4,
            out_channels=4,
            num_attention_heads=2,
            attention_head_dim=8,
            num_layers=1,
            num_cross_attention_heads=2,
            cross_attention_head_dim=8,
            cross_attention_dim=16,
            caption_channels=16,
            sample_size=8,
        ),
        {"hidden_states": LATENT, "encoder_hidden_states": WORDS, "timestep": "1:int64"},
    ),
}

"""Models of transformers that read text, sound or series."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.foreign.table import Foreign, Table

__all__ = ["LANGUAGE", "SOUND", "transformer"]

TOKENS = "1x24:int64"
FEW = "1x12:int64"
SMALL: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 64,
}
GROUPED: dict[str, Any] = {
    **SMALL,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "pad_token_id": None,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
SPEECH: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (8, 8, 8),
    "conv_stride": (5, 2, 2),
    "conv_kernel": (10, 3, 2),
    "num_feat_extract_layers": 3,
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
}


def transformer(name: str, /, *, part: str = "", attention: str | None = None, **config: Any) -> Callable[[], Any]:
    """A factory of one class of transformers; its configuration is made of what differs from the default.

    Parameters
    ----------
    name : str
        Name of the class.
    part : str
        Path of the module that is wanted of it, the whole by default.
    attention : str, optional
        Which of the library's attentions: "eager", "sdpa".
    **config : Any
        Arguments of the class's configuration.
    """

    def make() -> Any:
        import transformers

        kind = getattr(transformers, name)
        made = kind.config_class(**config)
        if attention is not None:
            made._attn_implementation = attention
        return kind(made).eval().get_submodule(part)

    return make


def _written(name: str, tokens: str = TOKENS, **config: Any) -> Foreign:
    return Foreign(transformer(name, **config), tokens, lambda: {"use_cache": False})


def _masked(name: str, *, counts: bool = False, **config: Any) -> Foreign:
    """A model that would look for padding among its tokens, and may count what is none, if it were not told."""

    def call() -> dict[str, Any]:
        import torch

        found = {"attention_mask": torch.ones(1, 24, dtype=torch.int64)}
        return {**found, "position_ids": torch.arange(2, 26)[None]} if counts else found

    return Foreign(transformer(name, **config), TOKENS, call)


LANGUAGE: Table = {
    "GPT2LMHeadModel": _written("GPT2LMHeadModel", vocab_size=64, n_embd=16, n_layer=2, n_head=2, n_positions=64),
    "LlamaForCausalLM": _written("LlamaForCausalLM", **GROUPED),
    "LlamaForCausalLM, eager": _written("LlamaForCausalLM", attention="eager", **GROUPED),
    "MistralModel": _written("MistralModel", sliding_window=6, **GROUPED),
    "Qwen2Model": _written("Qwen2Model", **GROUPED),
    "Gemma2Model": _written("Gemma2Model", sliding_window=6, **GROUPED),
    "GPTNeoXModel": _written("GPTNeoXModel", **SMALL),
    "MambaModel": _written("MambaModel", vocab_size=64, hidden_size=16, state_size=4, num_hidden_layers=2),
    "Mamba2Model": _written(
        "Mamba2Model",
        FEW,
        vocab_size=64,
        hidden_size=16,
        state_size=4,
        num_hidden_layers=2,
        num_heads=4,
        head_dim=8,
        n_groups=1,
        chunk_size=4,
    ),
    "RwkvModel": _written(
        "RwkvModel",
        FEW,
        vocab_size=64,
        hidden_size=16,
        num_hidden_layers=2,
        attention_hidden_size=16,
        intermediate_size=32,
    ),
    "RecurrentGemmaModel": _written(
        "RecurrentGemmaModel", attention_window_size=6, lru_width=16, **{**GROUPED, "num_hidden_layers": 3}
    ),
    "BertModel": _masked("BertModel", **SMALL),
    "ModernBertModel": Foreign(
        transformer("ModernBertModel", local_attention=8, pad_token_id=None, bos_token_id=1, eos_token_id=2, **SMALL),
        TOKENS,
    ),
    "DistilBertModel": Foreign(
        transformer("DistilBertModel", vocab_size=64, dim=16, n_layers=2, n_heads=2, hidden_dim=32), TOKENS
    ),
    "DebertaV2Model": _masked("DebertaV2Model", **SMALL),
    "LongformerModel": _masked("LongformerModel", counts=True, attention_window=8, **SMALL),
    "BigBirdModel": _masked("BigBirdModel", attention_type="original_full", **SMALL),
    "FNetModel": Foreign(
        transformer("FNetModel", **{k: v for k, v in SMALL.items() if k != "num_attention_heads"}), TOKENS
    ),
    "T5EncoderModel": Foreign(
        transformer("T5EncoderModel", vocab_size=64, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2), TOKENS
    ),
    "T5Model": Foreign(
        transformer("T5Model", vocab_size=64, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2),
        {"input_ids": TOKENS, "decoder_input_ids": "1x16:int64"},
        lambda: {"use_cache": False},
    ),
    "BartModel": Foreign(
        transformer(
            "BartModel",
            vocab_size=64,
            d_model=16,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            max_position_embeddings=64,
        ),
        {"input_ids": TOKENS, "decoder_input_ids": "1x16:int64"},
        lambda: {"use_cache": False},
    ),
    "PatchTSTModel": Foreign(
        transformer(
            "PatchTSTModel",
            num_input_channels=2,
            context_length=64,
            patch_length=8,
            patch_stride=8,
            d_model=16,
            num_attention_heads=2,
            num_hidden_layers=2,
            ffn_dim=32,
        ),
        (1, 64, 2),
        axes="NTC",
    ),
}

SOUND: Table = {
    "Wav2Vec2Model": Foreign(transformer("Wav2Vec2Model", **SPEECH), (1, 400), axes="NT"),
    "HubertModel": Foreign(transformer("HubertModel", **SPEECH), (1, 400), axes="NT"),
    "WavLMModel": Foreign(transformer("WavLMModel", **SPEECH), (1, 400), axes="NT"),
    "UniSpeechModel": Foreign(transformer("UniSpeechModel", **SPEECH), (1, 400), axes="NT"),
    "EncodecModel": Foreign(
        transformer(
            "EncodecModel",
            num_filters=4,
            hidden_size=16,
            codebook_size=16,
            codebook_dim=16,
            upsampling_ratios=[4, 2],
            num_lstm_layers=1,
            target_bandwidths=[24.0],
        ),
        (1, 1, 160),
    ),
    "EncodecModel, encoder": Foreign(
        transformer("EncodecModel", part="encoder", num_filters=4, hidden_size=16, upsampling_ratios=[4, 2]),
        (1, 1, 160),
    ),
    "DacModel": Foreign(
        transformer(
            "DacModel",
            encoder_hidden_size=4,
            downsampling_ratios=[2, 4],
            decoder_hidden_size=16,
            upsampling_ratios=[4, 2],
            n_codebooks=2,
            codebook_size=16,
            codebook_dim=4,
            hidden_size=16,
        ),
        (1, 1, 64),
    ),
    "MimiModel": Foreign(
        transformer(
            "MimiModel",
            num_filters=16,
            hidden_size=16,
            codebook_size=16,
            codebook_dim=16,
            vector_quantization_hidden_dimension=16,
            upsample_groups=16,
            upsampling_ratios=[4, 2],
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
            head_dim=8,
            intermediate_size=32,
            sliding_window=8,
            num_quantizers=4,
        ),
        (1, 1, 160),
    ),
    "WhisperModel, encoder": Foreign(
        transformer(
            "WhisperModel",
            part="encoder",
            num_mel_bins=8,
            d_model=16,
            encoder_layers=2,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            max_source_positions=32,
            vocab_size=64,
            pad_token_id=0,
            decoder_start_token_id=1,
        ),
        (1, 8, 64),
    ),
    "ASTModel": Foreign(
        transformer(
            "ASTModel",
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            patch_size=8,
            frequency_stride=4,
            time_stride=4,
            max_length=32,
            num_mel_bins=16,
        ),
        (1, 32, 16),
        axes="NTY",
    ),
    "UnivNetModel": Foreign(
        transformer(
            "UnivNetModel",
            model_in_channels=8,
            model_hidden_channels=4,
            kernel_predictor_hidden_channels=8,
            num_mel_bins=8,
            resblock_stride_sizes=[4, 2, 2],
        ),
        {"input_features": (1, 8, 8), "noise_sequence": (1, 8, 8)},
        axes="NTC",
    ),
    "SpeechT5HifiGan": Foreign(
        transformer(
            "SpeechT5HifiGan",
            model_in_dim=8,
            upsample_initial_channel=16,
            upsample_rates=[4, 2],
            upsample_kernel_sizes=[8, 4],
        ),
        (1, 12, 8),
        axes="NTC",
    ),
}

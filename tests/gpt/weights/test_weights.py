"""Opening checkpoints that `transformers` wrote, and saying clearly why one does not open."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tokenizers
import torch
from safetensors.torch import load_file, save_file, save_model
from tokenizers import models

import gpt
from gpt.terminal import shown
from gpt.weights import our_name, their_name
from tests.gpt.conftest import randomise
from tests.gpt.reference import gpt2, save

WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"


@pytest.fixture
def folder(tmp_path: Path, encoder: tokenizers.Tokenizer) -> Path:
    """A sound checkpoint in one file."""
    return save(gpt2(), encoder, tmp_path / "tiny")


def close_to_reference(model: gpt.Model, reference: Any) -> None:
    ids = torch.arange(3, 33)[None]
    with torch.no_grad():
        expected, found = reference(ids).logits, model.network(ids)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


def refusal(folder: Path) -> str:
    """The one sentence with which a checkpoint is refused."""
    with pytest.raises(gpt.CheckpointError) as refused:
        gpt.load(folder)
    sentence = str(refused.value)
    assert sentence.count("\n") == 0
    assert sentence.endswith(".")
    assert not re.search(r"\.\s+[A-Z]", sentence)
    assert str(folder.parent) not in sentence
    assert refused.value.__cause__ is None
    return sentence


def change_config(folder: Path, **values: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def change_tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    tensors = load_file(folder / WHOLE)
    change(tensors)
    save_file(tensors, folder / WHOLE)


@pytest.mark.parametrize("shard", ["1GB", "20KB"])
def test_a_folder_written_by_transformers_opens(
    tmp_path: Path, encoder: tokenizers.Tokenizer, shard: str
) -> None:
    reference = gpt2(n_layer=3, layer_norm_epsilon=1e-4)
    folder = save(reference, encoder, tmp_path / "tiny", shard)
    assert len(list(folder.glob("*.safetensors"))) == (1 if shard == "1GB" else 4)
    model = gpt.load(folder)
    assert model.network.config.norm_epsilon == 1e-4
    assert model.tokenizer.reads_start
    close_to_reference(model, reference)


def test_half_precision_weights_are_opened_as_float32(
    tmp_path: Path, encoder: tokenizers.Tokenizer
) -> None:
    reference = gpt2().half()
    model = gpt.load(save(reference, encoder, tmp_path / "half"))
    assert {tensor.dtype for tensor in model.network.state_dict().values()} == {torch.float32}
    close_to_reference(model, reference.float())


def test_names_without_prefix_masks_and_a_stored_head_open_too(folder: Path) -> None:
    def as_the_first_gpt2(tensors: dict[str, torch.Tensor]) -> None:
        for name in list(tensors):
            tensors[name.removeprefix("transformer.")] = tensors.pop(name)
        tensors["h.0.attn.bias"] = torch.ones(1, 1, 32, 32).tril()
        tensors["h.1.attn.masked_bias"] = torch.tensor(-1e4)
        tensors["lm_head.weight"] = tensors["wte.weight"].clone()

    change_tensors(folder, as_the_first_gpt2)
    close_to_reference(gpt.load(folder), gpt2())


OPTIONS: list[dict[str, Any]] = [
    *({"activation_function": name} for name in ("gelu", "relu", "silu", "gelu_new", "tanh")),
    *({"activation_function": name} for name in ("gelu_fast", "gelu_pytorch_tanh", "swish")),
    {"n_inner": 24},
    {"scale_attn_weights": False},
    {"scale_attn_by_inverse_layer_idx": True},
    {"scale_attn_weights": False, "scale_attn_by_inverse_layer_idx": True, "n_inner": 80},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_choices_that_gpt2_leaves_open_are_computed_as_transformers_does(
    tmp_path: Path, encoder: tokenizers.Tokenizer, options: dict[str, Any]
) -> None:
    reference = gpt2(n_layer=3, **options)
    model = gpt.load(save(reference, encoder, tmp_path / "other"))
    close_to_reference(model, reference)
    ids = list(range(3, 33))
    with torch.no_grad():
        expected = reference(torch.tensor([[0, *ids]])).logits[0]
    for reading in (
        model.read_ids(ids, model.read_ids(ids[:20])),
        model.read_ids(ids, trace=True),
    ):
        torch.testing.assert_close(reading.logits, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("shard", ["1GB", "20KB"])
def test_an_untied_head_is_used(tmp_path: Path, encoder: tokenizers.Tokenizer, shard: str) -> None:
    reference = gpt2(tie_word_embeddings=False)
    randomise(reference.lm_head, 9)
    folder = save(reference, encoder, tmp_path / "untied", shard)
    model = gpt.load(folder)
    assert not model.network.config.tied
    close_to_reference(model, reference)


@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_a_table_stored_once_as_the_head_serves_for_both(
    tmp_path: Path, encoder: tokenizers.Tokenizer, prefix: str
) -> None:
    """What `safetensors.torch.save_model` writes: of two names for one tensor, one."""
    reference = gpt2()
    folder = save(reference, encoder, tmp_path / "once")
    save_model(reference, str(folder / WHOLE))
    stored = load_file(folder / WHOLE)
    assert "lm_head.weight" in stored
    assert "transformer.wte.weight" not in stored
    if not prefix:
        bare = {name.removeprefix("transformer."): tensor for name, tensor in stored.items()}
        save_file(bare, folder / WHOLE)
    model = gpt.load(folder)
    assert model.network.config.tied
    close_to_reference(model, reference)


@pytest.mark.parametrize("kind", [torch.int8, torch.uint8, torch.float8_e4m3fn, torch.bool])
def test_weights_packed_into_smaller_numbers_are_refused(folder: Path, kind: torch.dtype) -> None:
    name = "transformer.h.0.mlp.c_fc.weight"
    change_tensors(folder, lambda tensors: tensors.update({name: tensors[name].to(kind)}))
    said = str(kind).removeprefix("torch.")
    assert f"the tensor {name} is packed into {said}" in refusal(folder)
    with pytest.raises(gpt.CheckpointError) as refused:
        gpt.load(folder)
    assert refused.value.kind == "packed"


def test_a_mask_of_whole_numbers_is_no_weight(folder: Path) -> None:
    mask = torch.ones(1, 1, 32, 32, dtype=torch.uint8).tril()
    change_tensors(folder, lambda tensors: tensors.update({"transformer.h.0.attn.bias": mask}))
    close_to_reference(gpt.load(folder), gpt2())


def test_an_untied_head_that_is_missing_is_told(
    tmp_path: Path, encoder: tokenizers.Tokenizer
) -> None:
    folder = save(gpt2(tie_word_embeddings=False), encoder, tmp_path / "headless")
    change_tensors(folder, lambda tensors: tensors.pop("lm_head.weight"))
    assert "the tensor lm_head.weight is missing" in refusal(folder)


@pytest.mark.parametrize(
    "text", ["Once upon a time", "", " l’été — où ?\n\n\tçà 1789", "😀<|endoftext|>e\u0301"]
)
def test_a_vocabulary_with_merges_cuts_as_transformers_does(
    tmp_path: Path, encoder: tokenizers.Tokenizer, text: str
) -> None:
    folder = save(gpt2(), encoder, tmp_path / "older")
    (folder / "tokenizer.json").unlink()
    encoder.model.save(str(folder))
    model = gpt.load(folder)
    assert not model.tokenizer.reads_start
    assert model.tokenizer.decode(model.tokenizer.encode(text)) == text
    from transformers import GPT2Tokenizer

    theirs = GPT2Tokenizer.from_pretrained(folder)
    if "<|endoftext|>" not in text:
        assert model.tokenizer.encode(text) == theirs(text).input_ids


NAMED = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def without_end_of_text(encoder: tokenizers.Tokenizer) -> tokenizers.Tokenizer:
    """A vocabulary as other languages' GPT-2s have it: five names, and no `<|endoftext|>`."""
    values = json.loads(encoder.to_str())
    pieces = [each for each in values["model"]["vocab"] if each != "<|endoftext|>"]
    values["model"]["vocab"] = {each: id for id, each in enumerate([*NAMED, *pieces])}
    values["post_processor"] = None
    values["added_tokens"] = []
    made = tokenizers.Tokenizer.from_str(json.dumps(values))
    made.add_special_tokens(list(NAMED))
    return made


@pytest.mark.parametrize("pair", [False, True])
@pytest.mark.parametrize(("ends", "start"), [(2, 0), ([2, 7], 0), (2, None)], ids=str)
def test_the_configuration_names_the_start_and_the_end(
    tmp_path: Path, encoder: tokenizers.Tokenizer, ends: Any, start: int | None, pair: bool
) -> None:
    other = without_end_of_text(encoder)
    reference = gpt2(vocab_size=other.get_vocab_size())
    folder = save(reference, other, tmp_path / "german")
    change_config(folder, eos_token_id=ends, bos_token_id=start)
    if pair:
        (folder / "tokenizer.json").unlink()
        other.model.save(str(folder))
    model = gpt.load(folder)
    tokenizer = model.tokenizer
    assert (tokenizer.start, tokenizer.end_of_text) == (2 if start is None else 0, 2)
    assert tokenizer.token(2).is_end_of_text
    for text in ("Es war </s> einmal <s>", " l’été", "<mask>"):
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert 2 not in tokenizer.encode("</s>")
    assert model.read("").ids == (tokenizer.start,)
    assert model.read("Il").ids == tuple(other.encode("Il").ids)
    close_to_reference(model, reference)


def test_a_vocabulary_whose_end_nobody_names_is_refused(
    tmp_path: Path, encoder: tokenizers.Tokenizer
) -> None:
    other = without_end_of_text(encoder)
    folder = save(gpt2(vocab_size=other.get_vocab_size()), other, tmp_path / "endless")
    wrong: list[Any] = [None, 50256, 40, -1, True, "2", []]  # 40 is a piece of text
    for nobody in wrong:
        change_config(folder, eos_token_id=nobody)
        assert "the vocabulary has no <|endoftext|>, and no other end is named" in refusal(folder)


@pytest.mark.parametrize("pair", [False, True])
@pytest.mark.parametrize("space", [True, False])
def test_a_space_is_put_in_front_where_transformers_puts_one(
    tmp_path: Path, encoder: tokenizers.Tokenizer, space: bool, pair: bool
) -> None:
    folder = save(gpt2(), encoder, tmp_path / "spaced")
    if pair:
        (folder / "tokenizer.json").unlink()
        encoder.model.save(str(folder))
    (folder / "tokenizer_config.json").write_text(json.dumps({"add_prefix_space": space}))
    from transformers import GPT2Tokenizer

    theirs = GPT2Tokenizer.from_pretrained(folder)
    ours = gpt.load(folder).tokenizer
    for text in ("Once upon", " Once", "été", ""):
        assert ours.encode(text) == theirs(text, add_special_tokens=False).input_ids
    assert (ours.encode("Once") == ours.encode(" Once")) == space


def test_an_opened_network_is_ready_to_read(folder: Path) -> None:
    model = gpt.load(str(folder))
    assert model.name == str(folder)
    assert not model.network.training
    assert not any(parameter.requires_grad for parameter in model.network.parameters())
    assert len(list(model.write("Il", gpt.Settings(), 5))) == 5


def test_rows_beyond_the_vocabulary_are_tokens_without_text(folder: Path) -> None:
    change_config(folder, vocab_size=324)
    name = "transformer.wte.weight"
    change_tensors(
        folder,
        lambda tensors: tensors.update({name: torch.cat([tensors[name], torch.ones(4, 16)])}),
    )
    model = gpt.load(folder)
    assert model.read("Il").logits.shape[-1] == 324
    assert model.tokenizer.size == 324
    assert model.tokenizer.token(323).text == ""
    assert shown(model.tokenizer.token(323)) == "⟨323⟩"
    assert model.tokenizer.decode([*model.tokenizer.encode("Il"), 323]) == "Il"


@pytest.mark.parametrize("pair", [False, True])
@pytest.mark.parametrize("special", [False, True])
def test_a_piece_that_was_added_to_the_vocabulary_alone_is_left_to_its_letters(
    tmp_path: Path, encoder: tokenizers.Tokenizer, special: bool, pair: bool
) -> None:
    """What `tokenizer.add_tokens` leaves without `model.resize_token_embeddings`."""
    larger = tokenizers.Tokenizer.from_str(encoder.to_str())
    (larger.add_special_tokens if special else larger.add_tokens)(["<pad>"])
    reference = gpt2()
    folder = save(reference, larger, tmp_path / "added")
    if pair:
        (folder / "tokenizer.json").unlink()
        larger.model.save(str(folder))
        path = folder / "vocab.json"
        path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "<pad>": 320}))
    model = gpt.load(folder)
    tokenizer = model.tokenizer
    close_to_reference(model, reference)
    assert tokenizer.size == model.read("Il").logits.shape[-1] == 320
    for text in ("Il était", "", " l’été\n😀"):
        ids = encoder.encode(text, add_special_tokens=False).ids
        assert tokenizer.encode(text) == ids
        assert tokenizer.without_row(text) == []
        read = model.read(text)
        with torch.no_grad():
            expected = reference(torch.tensor([list(read.ids)])).logits[0]
        torch.testing.assert_close(read.logits, expected, atol=1e-4, rtol=0)
    if pair:
        return
    (piece,) = tokenizer.without_row("Il <pad> et <pad>")
    assert (piece.id, piece.text, shown(piece)) == (320, "<pad>", "<pad>")
    ids = tokenizer.encode("Il <pad>")
    assert max(ids) < 320
    assert tokenizer.decode(ids) == "Il <pad>"
    assert model.read("Il <pad>").logits.isfinite().all()
    assert tokenizer.find("<pad>") == []


def test_the_last_merges_of_a_vocabulary_may_have_no_row(
    tmp_path: Path, encoder: tokenizers.Tokenizer
) -> None:
    reference = gpt2(vocab_size=310)
    model = gpt.load(save(reference, encoder, tmp_path / "fewer"))
    beyond = {id: entry for entry, id in encoder.get_vocab().items() if id >= 310}
    assert len(beyond) == 10
    tokenizer = model.tokenizer
    for text in ("Il était une fois", "Once upon a time there was a little girl", "l’été"):
        whole = encoder.encode(text, add_special_tokens=False).ids
        missing = [id for id in dict.fromkeys(whole) if id in beyond]
        assert [each.id for each in tokenizer.without_row(text)] == missing
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text
        assert max(ids) < 310
        if not missing:
            assert ids == whole
    said = {each.id for each in tokenizer.without_row("the stars She was very kind, loved her")}
    assert said


def test_a_start_or_an_end_without_a_row_is_refused(
    tmp_path: Path, encoder: tokenizers.Tokenizer
) -> None:
    """Without its end no text ends, and an empty prompt is read as its start."""
    values = json.loads(encoder.to_str())
    pieces = [each for each in values["model"]["vocab"] if each != "<|endoftext|>"]
    values["model"]["vocab"] = {each: id for id, each in enumerate([*pieces, "<|endoftext|>"])}
    values["added_tokens"][0]["id"] = len(pieces)
    values["post_processor"] = None
    last = tokenizers.Tokenizer.from_str(json.dumps(values))
    folder = save(gpt2(vocab_size=319), last, tmp_path / "endless")
    change_config(folder, eos_token_id=319, bos_token_id=319)
    assert "the vocabulary has no <|endoftext|>, and no other end is named" in refusal(folder)
    put = tokenizers.Tokenizer.from_str(encoder.to_str())
    put.add_special_tokens(["<s>"])
    put.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 320)]
    )
    put.save(str(folder / "tokenizer.json"))
    change_config(folder, vocab_size=320)
    assert "the token that is put in front has no row in the model" in refusal(folder)


def test_names_there_and_back() -> None:
    theirs = [name for name in gpt2().state_dict() if name != "lm_head.weight"]
    ours = [our_name(name) for name in theirs]
    assert [their_name(name) for name in ours] == theirs
    assert [our_name(name.removeprefix("transformer.")) for name in theirs] == ours
    config = gpt.Config(vocabulary=320, context=32, layers=2, heads=2, channels=16)
    assert sorted(ours) == sorted(gpt.GPT(config).state_dict())


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nobody") == "There is no model folder nobody."
    assert "There is no model folder" in refusal(tmp_path / ("n" * 5000))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", WHOLE])
def test_a_missing_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refusal(folder) == f"tiny: the file {name} is missing."


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.9])
@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", WHOLE])
def test_a_truncated_file(folder: Path, name: str, part: float) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: int(part * len(whole))])
    assert name in refusal(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", WHOLE])
def test_a_file_of_something_else(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    assert name in refusal(folder)


def test_pickled_weights_alone(folder: Path) -> None:
    torch.save(load_file(folder / WHOLE), folder / "pytorch_model.bin")
    (folder / WHOLE).unlink()
    assert "pickled" in refusal(folder)


def test_a_missing_shard(tmp_path: Path, encoder: tokenizers.Tokenizer) -> None:
    folder = save(gpt2(), encoder, tmp_path / "tiny", "20KB")
    shard = min(folder.glob("model-*.safetensors"))
    shard.unlink()
    assert refusal(folder) == f"tiny: the file {shard.name} is missing."


@pytest.mark.parametrize("index", ['{"weight_map": {}}', '{"weight_map": 3}', "[]", "{"])
def test_an_index_without_shards(folder: Path, index: str) -> None:
    (folder / INDEX).write_text(index)
    assert INDEX in refusal(folder)


def test_an_index_that_points_out_of_the_folder(folder: Path) -> None:
    outside = folder.parent / "outside.safetensors"
    (folder / WHOLE).rename(outside)
    shards = {"weight_map": {"transformer.wte.weight": "../outside.safetensors"}}
    (folder / INDEX).write_text(json.dumps(shards))
    assert refusal(folder) == "tiny: the file outside.safetensors is missing."


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"model_type": "llama"}, "this is a 'llama' model"),
        ({"model_type": None}, "not a 'gpt2' one"),
        ({"activation_function": "softplus"}, "'softplus' is not one of GPT-2's"),
        ({"activation_function": ["relu"]}, "['relu'] is not one of GPT-2's"),
        ({"n_inner": 65}, "which config.json contradicts"),
        ({"n_inner": 0}, "at least 1 neuron"),
        ({"n_inner": "wide"}, "n_inner is 'wide'"),
        ({"scale_attn_weights": "no"}, "scale_attn_weights is 'no' in config.json, not yes or no"),
        ({"add_cross_attention": True}, "its blocks read a second text"),
        ({"n_embd": None}, "n_embd is None"),
        ({"n_layer": "two"}, "n_layer is 'two'"),
        ({"n_layer": 0}, "at least 1"),
        ({"n_head": 0}, "at least 1"),
        ({"n_head": 3}, "16 channels cannot be shared by 3 heads"),
        ({"n_positions": 2.5}, "n_positions is 2.5"),
        ({"layer_norm_epsilon": "small"}, "layer_norm_epsilon is 'small'"),
        ({"n_embd": 18}, "which config.json contradicts"),
        ({"n_layer": 3}, "h.2.ln_1.weight is missing"),
        ({"n_layer": 1}, "GPT-2 has no tensor transformer.h.1."),
        ({"vocab_size": 300}, "which config.json contradicts"),
    ],
)
def test_a_configuration_that_does_not_fit(folder: Path, values: dict[str, Any], said: str) -> None:
    change_config(folder, **values)
    assert said in refusal(folder)


def test_a_tensor_of_another_shape(folder: Path) -> None:
    name = "transformer.h.1.mlp.c_fc.weight"
    change_tensors(folder, lambda tensors: tensors.update({name: torch.ones(64, 16)}))
    assert f"{name} has the shape (64, 16)" in refusal(folder)
    change_tensors(folder, lambda tensors: tensors.update({name: torch.ones(2, 3, 4)}))
    assert f"{name} has the shape (2, 3, 4)" in refusal(folder)


def test_a_tensor_too_few_or_too_many(folder: Path) -> None:
    change_tensors(folder, lambda tensors: tensors.update({"score.weight": torch.ones(2)}))
    assert "GPT-2 has no tensor score.weight" in refusal(folder)
    change_tensors(folder, lambda tensors: tensors.pop("score.weight"))
    change_tensors(folder, lambda tensors: tensors.pop("transformer.ln_f.bias"))
    assert "the tensor transformer.ln_f.bias is missing" in refusal(folder)


def test_numbers_that_are_none(folder: Path) -> None:
    name = "transformer.wpe.weight"
    change_tensors(folder, lambda tensors: tensors[name][3, 5:6].fill_(torch.nan))
    assert f"{name} holds infinities or NaN" in refusal(folder)


def test_an_output_layer_of_its_own(folder: Path) -> None:
    change_tensors(folder, lambda tensors: tensors.update({"lm_head.weight": torch.ones(320, 16)}))
    assert "is tied to the token embeddings, and the weights say that it is not" in refusal(folder)


def test_a_vocabulary_that_is_not_byte_level(folder: Path) -> None:
    words = models.WordLevel({"<|endoftext|>": 0, "été": 1}, unk_token="été")
    tokenizers.Tokenizer(words).save(str(folder / "tokenizer.json"))
    assert "tokenizer.json does not open: the vocabulary is not byte-level." in refusal(folder)

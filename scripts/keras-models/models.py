"""
Models of tf.keras with random weights of a fixed seed, as the converter of tfjs writes them, and beside each what it is in
float64: prediction, loss and weights after one step of gradient descent.

    python -B scripts/keras-models/models.py <folder> [<name>...]
"""

import json
import os
import sys
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np
import tf_keras as keras

layers = keras.layers
SIZE = 96
CLASSES = 5
BATCH = 2
# Large, so that what is compared is the gradient and not the rounding of a weight that hardly moves.
RATE = 1.0


def converter():
    """The part of the package that writes Keras models; its other converters import what is not installed."""
    for name in ("converter", "tf_saved_model_conversion_v2", "jax_conversion"):
        stub = types.ModuleType(f"tensorflowjs.converters.{name}")
        for function in ("convert", "convert_tf_saved_model", "convert_jax"):
            setattr(stub, function, None)
        sys.modules[stub.__name__] = stub
    from tensorflowjs.converters import keras_h5_conversion

    return keras_h5_conversion


def mobile_net_v2():
    return keras.applications.MobileNetV2((SIZE, SIZE, 3), alpha=0.35, weights=None, classes=CLASSES)


def res_net_50_v2():
    return keras.applications.ResNet50V2(weights=None, input_shape=(SIZE, SIZE, 3), classes=CLASSES)


def u_net():
    """Of two stages down and up: one is enlarged by a transposed convolution, the other by repetition."""

    def block(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU()(x)
        return x

    inputs = layers.Input((SIZE, SIZE, 3))
    first = block(inputs, 8)
    second = block(layers.MaxPooling2D()(first), 16)
    x = block(layers.MaxPooling2D()(second), 32)
    x = layers.Conv2DTranspose(16, 2, strides=2, padding="same")(x)
    x = block(layers.Concatenate()([x, second]), 16)
    x = layers.UpSampling2D()(x)
    x = block(layers.Concatenate()([x, first]), 8)
    return keras.Model(inputs, layers.Conv2D(CLASSES, 1, activation="softmax")(x))


MODELS = {"MobileNetV2": mobile_net_v2, "ResNet50V2": res_net_50_v2, "U-Net": u_net}


def randomize(model, random):
    for layer in model.layers:
        if not isinstance(layer, layers.BatchNormalization):
            continue
        gamma, beta, mean, variance = [weight.shape for weight in layer.weights]
        layer.set_weights(
            [
                random.uniform(0.5, 1.5, gamma),
                random.normal(0, 0.1, beta),
                random.normal(0, 0.1, mean),
                random.uniform(0.5, 1.5, variance),
            ]
        )


def write(folder, **values):
    """Float64, one array after the other, with an index of their names and shapes."""
    index = []
    with open(os.path.join(folder, "expected.bin"), "wb") as file:
        for name, value in values.items():
            value = np.asarray(value, np.float64)
            file.write(value.tobytes())
            index.append({"name": name, "shape": list(value.shape)})
    with open(os.path.join(folder, "expected.json"), "w") as file:
        json.dump({"rate": RATE, "arrays": index}, file)


def in_float64(build, weights):
    keras.backend.set_floatx("float64")
    model = build()
    model.set_weights(weights)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            # The fused op has no float64, and keeps an unbiased variance, as tfjs does not.
            layer.fused = False
    keras.backend.set_floatx("float32")
    return model


def main(folder, names):
    save = converter().save_keras_model
    for name in names or MODELS:
        keras.backend.clear_session()
        keras.utils.set_random_seed(1)
        random = np.random.default_rng(1)
        model = MODELS[name]()
        randomize(model, random)
        x = random.normal(0, 1, (BATCH, SIZE, SIZE, 3)).astype(np.float32)
        outputs = (BATCH, *model.output_shape[1:-1])
        y = np.eye(CLASSES, dtype=np.float32)[random.integers(0, CLASSES, outputs)]
        save(model, os.path.join(folder, name))

        exact = in_float64(MODELS[name], model.get_weights())
        exact.compile(keras.optimizers.legacy.SGD(RATE), "categorical_crossentropy")
        prediction = exact.predict_on_batch(x.astype(np.float64))
        loss = exact.train_on_batch(x.astype(np.float64), y.astype(np.float64))
        names_of_weights = [weight.name.split(":")[0] for weight in model.weights]
        after = dict(zip(names_of_weights, exact.get_weights()))
        write(os.path.join(folder, name), x=x, y=y, prediction=prediction, loss=loss, **after)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

"""Trains nets in TensorFlow, a step as one graph: python tf_function.py [jit_compile]

With `jit_compile` XLA compiles the graph.

step <net>   a training step with a batch of random examples
"""

import sys

import tensorflow as tf
from tf_keras.optimizers import legacy

from answers import answer
from tf_function_nets import nets

tf.config.threading.set_intra_op_parallelism_threads(2)
tf.config.threading.set_inter_op_parallelism_threads(2)
tf.random.set_seed(1)
JIT = sys.argv[1:] == ["jit_compile"]


def step(name):
    build, shape, optimizer, batch = nets(JIT)[name]
    net = build()
    net.build((batch, *shape))
    variables = net.trainable_variables
    update = legacy.SGD(0.1) if optimizer == "sgd" else legacy.Adam()
    x = tf.random.normal((batch, *shape))
    y = tf.range(batch) % 10

    @tf.function(jit_compile=JIT)
    def train(x, y):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, net(x, training=True))
            loss = tf.reduce_mean(losses)
        update.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    def run():
        # Reads the loss, so that it ends when the work is done.
        train(x, y).numpy()

    return run


answer(tf.__version__, {"step": step})

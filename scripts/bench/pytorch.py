"""Trains nets in PyTorch, with products of a precision: python pytorch.py <precision> [compile]

With `compile` the model with its loss and the update are compiled by torch.compile; else they run as they are.

step <net>             a training step with a batch of random examples
alone <layer>          a layer by itself, forward and backward
epoch <net> <folder>   an epoch of the MNIST files in the folder; finds accuracy and loss too
"""

import sys

import torch
from torch import nn

from answers import answer
from pytorch_nets import NETS

torch.set_num_threads(2)
torch.manual_seed(1)
torch.set_float32_matmul_precision(sys.argv[1])
compiled = torch.compile if sys.argv[2:] == ["compile"] else lambda function: function

LAYERS = {"batchNorm": nn.BatchNorm1d, "layerNorm": nn.LayerNorm}


def trainer(name):
    build, shape, optimizer, batch = NETS[name]
    net = build()
    update = torch.optim.SGD(net.parameters(), 0.1) if optimizer == "sgd" else torch.optim.Adam(net.parameters())
    criterion = nn.CrossEntropyLoss()

    def forward(x, y):
        outputs = net(x)
        return outputs, criterion(outputs, y)

    forward, advance = compiled(forward), compiled(update.step)

    def train(x, y):
        update.zero_grad()
        outputs, loss = forward(x, y)
        loss.backward()
        advance()
        return outputs.detach(), loss.detach()

    return train, shape, batch


def step(name):
    train, shape, batch = trainer(name)
    x = torch.randn(batch, *shape)
    y = torch.arange(batch) % 10

    def run():
        train(x, y)

    return run


def alone(name):
    layer = LAYERS[name](1000)
    x = torch.randn(128, 1000, requires_grad=True)
    dy = torch.randn(128, 1000)

    def run():
        x.grad = None
        layer.zero_grad()
        layer(x).backward(dy)

    return run


def idx(folder, name, header):
    with open(f"{folder}/{name}", "rb") as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


def epoch(name, folder):
    train, shape, batch = trainer(name)
    labels = idx(folder, "train-labels-idx1-ubyte", 8).long()
    images = (idx(folder, "train-images-idx3-ubyte", 16).float() / 255).view(-1, *shape)
    count = len(labels)

    def run():
        loss = torch.zeros(())
        right = torch.zeros((), dtype=torch.long)
        for picked in torch.randperm(count).split(batch):
            y = labels[picked]
            outputs, mean = train(images[picked], y)
            loss += mean * len(picked)
            right += (outputs.argmax(1) == y).sum()
        return right.item() / count, loss.item() / count

    return run


answer(torch.__version__, {"step": step, "alone": alone, "epoch": epoch})

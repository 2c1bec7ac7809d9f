"""The nets of nets.mjs in PyTorch, with products of a precision. Reads what to do, a line at a time; does it; prints
its milliseconds.

step <net>             a training step with a batch of random examples
alone <layer>          a layer by itself, forward and backward
epoch <net> <folder>   an epoch of the MNIST files in the folder; prints accuracy and loss too
"""

import sys
import time

import torch
from torch import nn

torch.set_num_threads(2)
torch.manual_seed(1)
torch.set_float32_matmul_precision(sys.argv[1])


def perceptron(hidden):
    return nn.Sequential(*hidden(784), *hidden(1000), nn.Linear(1000, 10))


def convolutional(norm):
    def block(inputs, filters):
        middle = [nn.BatchNorm2d(filters)] if norm else []
        return [nn.Conv2d(inputs, filters, 3, padding=1, bias=not norm), *middle, nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(
        *block(1, 32), *block(32, 64), nn.Flatten(), nn.Linear(64 * 49, 128), nn.ReLU(), nn.Linear(128, 10)
    )


class Recurrent(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer(28, 128, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.layer(x)[0][:, -1])


class Conv1d(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv1d(28, 64, 3, padding=1)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(torch.relu(self.layer(x)).mean(2))


class Transformer(nn.Module):
    def __init__(self, steps=28, features=28, units=64, heads=4, blocks=2):
        super().__init__()
        block = lambda: nn.TransformerEncoderLayer(units, heads, 4 * units, dropout=0, batch_first=True)
        self.project = nn.Linear(features, units)
        self.places = nn.Parameter(0.05 * torch.randn(steps, units))
        self.blocks = nn.Sequential(*[block() for _ in range(blocks)])
        self.head = nn.Linear(units, 10)

    def forward(self, x):
        return self.head(self.blocks(self.project(x) + self.places).mean(1))


NETS = {
    "dense": (lambda: perceptron(lambda n: [nn.Linear(n, 1000), nn.ReLU()]), (784,), "sgd"),
    "batchNorm": (
        lambda: perceptron(lambda n: [nn.Linear(n, 1000, bias=False), nn.BatchNorm1d(1000), nn.ReLU()]),
        (784,),
        "sgd",
    ),
    "layerNorm": (
        lambda: perceptron(lambda n: [nn.Linear(n, 1000, bias=False), nn.LayerNorm(1000), nn.ReLU()]),
        (784,),
        "sgd",
    ),
    "dropout": (lambda: perceptron(lambda n: [nn.Linear(n, 1000), nn.ReLU(), nn.Dropout(0.5)]), (784,), "sgd"),
    "cnn": (lambda: convolutional(False), (1, 28, 28), "adam"),
    "cnnBatchNorm": (lambda: convolutional(True), (1, 28, 28), "adam"),
    "lstm": (lambda: Recurrent(nn.LSTM), (28, 28), "adam"),
    "gru": (lambda: Recurrent(nn.GRU), (28, 28), "adam"),
    "conv1d": (Conv1d, (28, 28), "adam"),
    "transformer": (Transformer, (28, 28), "adam"),
}
LAYERS = {"batchNorm": nn.BatchNorm1d, "layerNorm": nn.LayerNorm}
BATCH = 128


def trainer(name):
    build, shape, optimizer = NETS[name]
    net = build()
    update = torch.optim.SGD(net.parameters(), 0.1) if optimizer == "sgd" else torch.optim.Adam(net.parameters())
    criterion = nn.CrossEntropyLoss()

    def train(x, y):
        update.zero_grad()
        outputs = net(x)
        loss = criterion(outputs, y)
        loss.backward()
        update.step()
        return outputs.detach(), loss.detach()

    return train, shape


def step(name):
    train, shape = trainer(name)
    x = torch.randn(BATCH, *shape)
    y = torch.arange(BATCH) % 10

    def run():
        train(x, y)

    return run


def alone(name):
    layer = LAYERS[name](1000)
    x = torch.randn(BATCH, 1000, requires_grad=True)
    dy = torch.randn(BATCH, 1000)

    def run():
        x.grad = None
        layer.zero_grad()
        layer(x).backward(dy)

    return run


def idx(folder, name, header):
    with open(f"{folder}/{name}", "rb") as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


def epoch(name, folder):
    train, shape = trainer(name)
    labels = idx(folder, "train-labels-idx1-ubyte", 8).long()
    images = (idx(folder, "train-images-idx3-ubyte", 16).float() / 255).view(-1, *shape)
    count = len(labels)

    def run():
        loss = torch.zeros(())
        right = torch.zeros((), dtype=torch.long)
        for picked in torch.randperm(count).split(BATCH):
            y = labels[picked]
            outputs, mean = train(images[picked], y)
            loss += mean * len(picked)
            right += (outputs.argmax(1) == y).sum()
        return right.item() / count, loss.item() / count

    return run


made = {}
print(torch.__version__, flush=True)
for line in sys.stdin:
    if line not in made:
        made.clear()
        kind, *names = line.strip().split(" ", 2)
        made[line] = {"step": step, "alone": alone, "epoch": epoch}[kind](*names)
    start = time.perf_counter()
    found = made[line]() or ()
    print(1000 * (time.perf_counter() - start), *found, flush=True)

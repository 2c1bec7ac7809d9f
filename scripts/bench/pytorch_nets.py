"""The nets of nets.mjs in PyTorch: by name how each is built, the shape of an example, the optimizer, and the batch."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm


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


class Cosine(nn.Linear):
    def forward(self, x):
        return F.linear(F.normalize(x), F.normalize(self.weight))


class Standout(nn.Linear):
    def forward(self, x):
        z = super().forward(x)
        return torch.relu(z) * torch.bernoulli(torch.sigmoid(z.detach()))


class DropConnect(nn.Linear):
    def forward(self, x):
        return F.linear(x, F.dropout(self.weight, 0.5), self.bias)


class DropConnectPerExample(nn.Linear):
    def forward(self, x):
        kernels = F.dropout(self.weight.expand(len(x), -1, -1), 0.5)
        return torch.bmm(kernels, x.unsqueeze(2)).squeeze(2) + self.bias


def rectified(layer):
    return lambda: perceptron(lambda inputs: [layer(inputs), nn.ReLU()])


def normalized(layer):
    return lambda: perceptron(lambda inputs: [nn.Linear(inputs, 1000, bias=False), layer(1000), nn.ReLU()])


FLAT, IMAGE, ROWS = (784,), (1, 28, 28), (28, 28)
NETS = {
    "dense": (rectified(lambda inputs: nn.Linear(inputs, 1000)), FLAT, "sgd", 128),
    "batchNorm": (normalized(nn.BatchNorm1d), FLAT, "sgd", 128),
    "layerNorm": (normalized(nn.LayerNorm), FLAT, "sgd", 128),
    "dropout": (
        lambda: perceptron(lambda inputs: [nn.Linear(inputs, 1000), nn.ReLU(), nn.Dropout(0.5)]),
        FLAT,
        "sgd",
        128,
    ),
    "cosine": (rectified(lambda inputs: Cosine(inputs, 1000, bias=False)), FLAT, "sgd", 128),
    "weightNorm": (rectified(lambda inputs: weight_norm(nn.Linear(inputs, 1000))), FLAT, "sgd", 128),
    "standout": (lambda: perceptron(lambda inputs: [Standout(inputs, 1000)]), FLAT, "sgd", 128),
    "dropConnect": (rectified(lambda inputs: DropConnect(inputs, 1000)), FLAT, "sgd", 128),
    "dropConnectPerExample": (rectified(lambda inputs: DropConnectPerExample(inputs, 1000)), FLAT, "sgd", 128),
    "small": (lambda: nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10)), FLAT, "sgd", 32),
    "cnn": (lambda: convolutional(False), IMAGE, "adam", 128),
    "cnnBatchNorm": (lambda: convolutional(True), IMAGE, "adam", 128),
    "lstm": (lambda: Recurrent(nn.LSTM), ROWS, "adam", 128),
    "gru": (lambda: Recurrent(nn.GRU), ROWS, "adam", 128),
    "conv1d": (Conv1d, ROWS, "adam", 128),
    "transformer": (Transformer, ROWS, "adam", 128),
}

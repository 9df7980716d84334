"""Fits scikit-learn's histogram gradient boosting to a regression, and prints seconds and skill as JSON.

Arguments: folder with x.bin (rows x features) and y.bin (doubles), features, rows to learn from, trees, category or -1.
"""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingRegressor

folder, features, train, trees, category = sys.argv[1], *map(int, sys.argv[2:])
x = np.fromfile(f"{folder}/x.bin").reshape(-1, features)
y = np.fromfile(f"{folder}/y.bin")
model = HistGradientBoostingRegressor(
    max_iter=trees,
    max_leaf_nodes=31,
    max_bins=255,
    learning_rate=0.1,
    min_samples_leaf=20,
    early_stopping=False,
    categorical_features=None if category < 0 else [category],
)
started = time.perf_counter()
model.fit(x[:train], y[:train])
fitted = time.perf_counter()
answers = model.predict(x)
done = time.perf_counter()
print(
    json.dumps(
        {
            "version": sklearn.__version__,
            "seconds": fitted - started,
            "rowsPerSecond": len(x) / (done - fitted),
            "rmse": float(np.sqrt(np.mean((answers[train:] - y[train:]) ** 2))),
        }
    )
)

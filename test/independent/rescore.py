"""Scores the export of a back-test again: from the definitions, in another language, with nothing of Weatherglass.

    npx weatherglass backtest PAIRS.csv.gz --window 25d --export export.csv.gz --json > result.json
    python3 test/independent/rescore.py export.csv.gz result.json

Python 3 with its standard library is enough. A JSON summary is printed; the exit code is 1 where something disagrees.

What is checked of each row depends on its law:

  normal                   location and scale follow from two quantiles; the other 97, the mean and the CRPS from them
  censored-logistic(sqrt)  the same on the scale of roots, from two quantiles above zero; a row with fewer is unchecked
  any other                the CRPS by the trapezoid rule over 99 pinball losses, which only bounds the exact one

The CRPS is the integral of (F(x) - 1{x >= y})^2 over x, here by Gauss-Legendre quadrature in the variable's own unit.
The averages of all rows must be those of the back-test's JSON. The export has ten digits; agreement is to six.
"""

import csv
import gzip
import json
import math
import statistics
import sys

LEVELS = [k / 100 for k in range(1, 100)]
QUANTILES = [f"q{k:02d}" for k in range(1, 100)]
COLUMNS = ["place", "init_time", "valid_time", "variable", "model", "law", "mean", *QUANTILES, "crps", "observation"]
TOLERANCE = 1e-6


def gauss_legendre(n):
    """Nodes and weights on [-1, 1], by Newton's method on the Legendre polynomial of degree n."""
    rule = []
    for i in range(n):
        x = math.cos(math.pi * (i + 0.75) / (n + 0.5))
        for _ in range(100):
            before, value = 1.0, x
            for k in range(2, n + 1):
                before, value = value, ((2 * k - 1) * x * value - (k - 1) * before) / k
            slope = n * (x * value - before) / (x * x - 1)
            step = value / slope
            x -= step
            if abs(step) < 1e-15:
                break
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule


RULE = gauss_legendre(12)


def integral(f, points):
    """The integral of f from the first to the last of the ascending points, panel by panel."""
    total = 0.0
    for left, right in zip(points, points[1:]):
        half, middle = (right - left) / 2, (right + left) / 2
        total += half * sum(weight * f(middle + half * node) for node, weight in RULE)
    return total


def crps_by_integration(cdf, points, y):
    """The integral of (F(x) - 1{x >= y})^2 over [points[0], points[-1]], which must hold y and all that matters."""
    below = sorted({x for x in points if x < y} | {y})
    above = sorted({x for x in points if x > y} | {y})
    return integral(lambda x: cdf(x) ** 2, below) + integral(lambda x: (1 - cdf(x)) ** 2, above)


class Normal:
    def __init__(self, quantiles):
        z = statistics.NormalDist().inv_cdf
        low, high = 0, len(LEVELS) - 1
        self.scale = (quantiles[high] - quantiles[low]) / (z(LEVELS[high]) - z(LEVELS[low]))
        self.location = quantiles[low] - self.scale * z(LEVELS[low])

    def cdf(self, x):
        if self.scale == 0:
            return 1.0 if x >= self.location else 0.0
        return 0.5 * math.erfc((self.location - x) / (self.scale * math.sqrt(2)))

    def cdf_below(self, x):
        return self.cdf(x)

    def quantile(self, p):
        return self.location + self.scale * statistics.NormalDist().inv_cdf(p)

    def mean(self):
        return self.location

    def crps(self, y):
        # Beyond ten scales F is 0 or 1 to all digits: what is left to an outcome out there is one panel of ones.
        return crps_by_integration(self.cdf, [self.location + self.scale * k for k in range(-10, 11)], y)


class CensoredRootLogistic:
    """X = max(0, U)^2 with U logistic: an atom at zero, and P(X <= x) = 1 / (1 + exp(-(sqrt(x) - m) / s)) from there."""

    def __init__(self, quantiles):
        positive = [(p, q) for p, q in zip(LEVELS, quantiles) if q > 0]
        (p1, q1), (p2, q2) = positive[0], positive[-1]
        z1, z2 = math.log(p1 / (1 - p1)), math.log(p2 / (1 - p2))
        self.scale = (math.sqrt(q2) - math.sqrt(q1)) / (z2 - z1)
        self.location = math.sqrt(q1) - self.scale * z1

    def cdf(self, x):
        if x < 0:
            return 0.0
        z = (math.sqrt(x) - self.location) / self.scale
        return 1 / (1 + math.exp(-z)) if z > -700 else 0.0

    def cdf_below(self, x):
        return self.cdf(x) if x > 0 else 0.0

    def quantile(self, p):
        return max(0.0, self.location + self.scale * math.log(p / (1 - p))) ** 2

    def points(self):
        """Ends of panels in mm: a scale apart in the root; towards zero, where the root bends, ever shorter."""
        roots = [self.location + self.scale * k for k in range(-40, 41)]
        far = [root * root for root in roots if root >= self.scale]
        first = far[0] if far else self.scale**2
        return [0.0, *(first * 4.0**-j for j in range(20, 0, -1)), first, *far[1:]]

    def mean(self):
        return integral(lambda x: 1 - self.cdf(x), self.points())

    def crps(self, y):
        return crps_by_integration(self.cdf, self.points(), y)


def law_of(name, quantiles):
    """The law that two quantiles determine; None where they do not."""
    if name == "normal":
        return Normal(quantiles)
    if name == "censored-logistic(sqrt)" and len({q for q in quantiles if q > 0}) >= 2:
        return CensoredRootLogistic(quantiles)
    return None


def pinball(q, y, level):
    return level * (y - q) if y >= q else (1 - level) * (q - y)


def coverage(lower, upper):
    """The share of [lower, upper], between which the outcome's PIT is drawn, that lies within 0.05 ... 0.95."""
    if upper <= lower:
        return 1.0 if 0.05 <= lower <= 0.95 else 0.0
    return max(0.0, min(upper, 0.95) - max(lower, 0.05)) / (upper - lower)


def read_export(file):
    opened = gzip.open if file.endswith(".gz") else open
    with opened(file, "rt", encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        if reader.fieldnames != COLUMNS:
            raise SystemExit(f"{file}: the columns are {reader.fieldnames}")
        yield from reader


class Check:
    def __init__(self):
        self.disagreements = []
        self.largest = {}

    def compare(self, what, where, found, expected, tolerance=TOLERANCE):
        """Notes the difference, relative to 1 or the expected value, whichever is greater."""
        difference = abs(found - expected) / max(1.0, abs(expected))
        self.largest[what] = max(self.largest.get(what, 0.0), difference)
        if not difference <= tolerance:
            self.disagreements.append(f"{where}: {what} is {found}, expected {expected}")


def main(export, result):
    check = Check()
    laws = {}
    exact = trapezoid = unchecked = simpler = 0
    sums = dict.fromkeys(["crps", "mae", "squares", "bias", "pinball", "width90", "coverage90"], 0.0)
    with open(result, encoding="utf-8") as text:
        reported = json.load(text)

    rows = 0
    for rows, row in enumerate(read_export(export), start=1):
        where = f"line {rows + 1}"
        quantiles = [float(row[name]) for name in QUANTILES]
        y, mean, crps = float(row["observation"]), float(row["mean"]), float(row["crps"])
        laws[row["law"]] = laws.get(row["law"], 0) + 1
        simpler += row["model"] != reported["model"]
        if any(a > b for a, b in zip(quantiles, quantiles[1:])):
            check.disagreements.append(f"{where}: the quantiles cross")

        losses = [pinball(q, y, p) for q, p in zip(quantiles, LEVELS)]
        law = law_of(row["law"], quantiles)
        if law is not None:
            exact += 1
            check.compare("crps", where, crps, law.crps(y))
            check.compare("mean", where, mean, law.mean())
            for name, level, q in zip(QUANTILES, LEVELS, quantiles):
                check.compare("quantile", f"{where}, {name}", q, law.quantile(level))
            sums["coverage90"] += coverage(law.cdf_below(y), law.cdf(y))
        elif row["law"] in ("normal", "censored-logistic(sqrt)") or quantiles[0] == quantiles[-1]:
            # What lies beyond equal quantiles cannot be seen.
            unchecked += 1
        else:
            trapezoid += 1
            # Between levels 0.01 apart quantile and loss are monotone: no sum over them is off by more than this.
            bound = 0.02 * (max(quantiles[-1], y) - min(quantiles[0], y))
            if not abs(crps - 2 * 0.01 * sum(losses)) <= bound + TOLERANCE:
                check.disagreements.append(f"{where}: crps is {crps}, by the trapezoid {2 * 0.01 * sum(losses)}")

        sums["crps"] += crps
        sums["mae"] += abs(quantiles[49] - y)
        sums["squares"] += (mean - y) ** 2
        sums["bias"] += mean - y
        sums["pinball"] += sum(losses) / len(losses)
        sums["width90"] += quantiles[94] - quantiles[4]

    if rows == 0:
        raise SystemExit(f"{export}: there are no rows")
    means = {name: total / rows for name, total in sums.items()}
    means["rmse"] = math.sqrt(means.pop("squares"))
    if exact < rows:
        del means["coverage90"]
    for name, mean in means.items():
        check.compare(f"mean {name}", "back-test", reported["scores"][name], mean)
    for name, count in {"targets": rows, "fallbacks": simpler}.items():
        if reported[name] != count:
            check.disagreements.append(f"back-test: {name} is {reported[name]}, in the export {count}")

    summary = {
        "agrees": not check.disagreements,
        "rows": rows,
        "laws": laws,
        "exact": exact,
        "trapezoid": trapezoid,
        "unchecked": unchecked,
        "means": means,
        "largestDifferences": check.largest,
        "disagreements": len(check.disagreements),
        "firstDisagreements": check.disagreements[:10],
    }
    print(json.dumps(summary, indent=2))
    return 0 if summary["agrees"] else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} EXPORT.csv.gz RESULT.json")
    sys.exit(main(sys.argv[1], sys.argv[2]))

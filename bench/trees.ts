import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../src/scores/random.ts';
import { readPairs } from '../src/tables/pairs-csv.ts';
import { type Bins, binRows, learnBins } from '../src/trees/bins.ts';
import { type Boosted, boost, boostDefaults } from '../src/trees/boost.ts';
import { squaredError } from '../src/trees/objectives.ts';
import { openPredictor } from '../src/trees/predict.ts';
import { leafOf, treeCount } from '../src/trees/tree.ts';
import { alternate, type Bench, type Effort, fullEffort, measure, rowsFor } from './measure.ts';
import {
  placeFeature,
  type Regression,
  regressionOf,
  rootMeanSquare,
  simulatedRegression,
  treeFeatures,
} from './tree-features.ts';

const developmentData =
  process.env.DEVELOPMENT_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
const script = fileURLToPath(new URL('./trees-peer.py', import.meta.url));
const control = { checkpoint: () => {} };
/** Trees that are trained against the peer's, and trees that rows are answered with. */
const TRAINED = 100;
const ANSWERING = 200;
/** Rounds in which the contenders take turns; each takes a dozen seconds or more. */
const MOST_ROUNDS = 3;

interface Learned {
  readonly bins: Bins;
  readonly model: Boosted;
}

/** From numbers to trees, binning included, as the peer's `fit` has it. */
function learn({ x, y, train }: Regression, rounds: number, categorical: readonly number[]): Learned {
  const rows = x.subarray(0, train * treeFeatures);
  const bins = learnBins(rows, treeFeatures, { categorical }, control);
  const binned = binRows(bins, rows, control);
  const all = Int32Array.from({ length: train }, (_, row) => row);
  const settings = { ...boostDefaults, rounds };
  const model = boost(
    { bins, binned, train: all },
    squaredError(y),
    settings,
    seededRandom('trees'),
    control,
  );
  return { bins, model };
}

function answer({ bins, model }: Learned, x: Float64Array): Float64Array {
  const scores = new Float64Array(x.length / treeFeatures).fill(model.start[0]);
  openPredictor(model.trees[0], bins).add(binRows(bins, x, control), scores, control);
  return scores;
}

/** Rows a second of rows in bins, by all rows at once and by one row and tree after the other. */
function answeringRates({ bins, model }: Learned, x: Float64Array, effort: Effort) {
  const [trees] = model.trees;
  const binned = binRows(bins, x, control);
  const few = Math.min(binned.rows, rowsFor(effort, 20_000));
  const predictor = openPredictor(trees, bins);
  const scores = new Float64Array(binned.rows);
  const { seconds } = measure(
    {
      together: () => {
        scores.fill(0);
        predictor.add(binned, scores, control);
        return scores[0] + scores[scores.length >> 1];
      },
      oneByOne: () => {
        let sum = 0;
        for (let row = 0; row < few; row++)
          for (let k = 0; k < treeCount(trees); k++)
            sum += trees.value[leafOf(trees, trees.roots[k], binned, row)];
        return sum;
      },
    },
    effort,
  );
  return { together: binned.rows / seconds('together'), oneByOne: few / seconds('oneByOne') };
}

/** A Python that has the peer; none where there is none. */
function findPython(): string | undefined {
  return ['python3', '/usr/bin/python3'].find((python) => {
    try {
      execFileSync(python, ['-c', 'import sklearn.ensemble'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

interface PeerReply {
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly rmse: number;
}

async function dataFor(effort: Effort): Promise<Regression> {
  const file = join(developmentData, 'pairs/us-cities-a-tmax-tmin.csv.gz');
  if (effort !== fullEffort) return simulatedRegression(rowsFor(effort, 100_000));
  if (existsSync(file)) return regressionOf((await readPairs([file])).pairs);
  process.stderr.write(`there is no ${file}: rows are simulated\n`);
  return simulatedRegression(346_760);
}

/**
 * Boosting by squared error of forecast errors in 94 US cities beside scikit-learn's, at equal rows, trees, leaves and bins; and
 * how fast many rows are answered. Without Python and scikit-learn ours is measured alone.
 */
export const trees: Bench = {
  name: 'trees',
  about:
    'boosted trees: 346,760 rows of 33 features, 100 trees, beside scikit-learn; rows answered by 200 trees',
  async run(effort) {
    const full = effort === fullEffort;
    const data = await dataFor(effort);
    const trained = full ? TRAINED : 5;
    const ours = async () => {
      const started = performance.now();
      learn(data, trained, [placeFeature]);
      return (performance.now() - started) / 1000;
    };
    const rounds = Math.min(effort.rounds, MOST_ROUNDS);
    const figures: Record<string, number> = {};
    const peers: Record<string, number> = {};
    const python = findPython();
    if (python === undefined) {
      if (full) process.stderr.write('there is no Python with scikit-learn: ours is measured alone\n');
      figures.seconds = (await alternate({ ours }, rounds)).value('ours');
    } else {
      const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
      try {
        writeFileSync(join(folder, 'x.bin'), new Uint8Array(data.x.buffer));
        writeFileSync(join(folder, 'y.bin'), new Uint8Array(data.y.buffer));
        const numbers = [treeFeatures, data.train, trained, placeFeature].map(String);
        const peer = (threads?: string): PeerReply =>
          JSON.parse(
            execFileSync(python, [script, folder, ...numbers], {
              encoding: 'utf8',
              env: { ...process.env, ...(threads !== undefined && { OMP_NUM_THREADS: threads }) },
            }),
          );
        const sklearn = async () => peer('1').seconds;
        const { value, ratio } = await alternate({ ours, sklearn }, rounds);
        const reply = peer('1');
        // Once: its threads wait for each other by spinning, which on a busy machine takes minutes.
        const threads = peer().seconds;
        figures.seconds = value('ours');
        figures.timeRatioToSklearn = ratio('ours', 'sklearn');
        figures.timeRatioToSklearnThreads = value('ours') / threads;
        peers.sklearnSeconds = value('sklearn');
        peers.sklearnThreadsSeconds = threads;
        peers.sklearnRmse = reply.rmse;
        peers.sklearnRowsPerSecond100Trees = reply.rowsPerSecond;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    figures.rmse = rootMeanSquare(data.y, answer(learn(data, trained, [placeFeature]), data.x), data.train);
    figures.rmseWithoutTrees = rootMeanSquare(data.y, new Float64Array(data.y.length), data.train);
    const answering = full ? ANSWERING : 5;
    const numbers = answeringRates(learn(data, answering, []), data.x, effort);
    const categories = answeringRates(learn(data, answering, [placeFeature]), data.x, effort);
    figures.rowsPerSecond = numbers.together;
    figures.rowsPerSecondWithCategories = categories.together;
    peers.rowsPerSecondOneByOne = numbers.oneByOne;
    return { figures, peers };
  },
};

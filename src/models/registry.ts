import { WeatherglassError } from '../errors.ts';
import { climatology } from './climatology.ts';
import { dressed, persistence } from './dressed.ts';
import { emos, emosSeason } from './emos.ts';
import { emosStation } from './emos-station.ts';
import { forest } from './forest.ts';
import { harmonic } from './harmonic.ts';
import { idr } from './idr.ts';
import type { Artefact, Control, Model, Selection, Settings } from './model.ts';
import { raw } from './raw.ts';
import { regional } from './regional.ts';
import { trees } from './trees.ts';

/** Every model, simplest first. */
export const models: readonly Model[] = [
  raw,
  dressed,
  persistence,
  climatology,
  harmonic,
  emos,
  emosSeason,
  emosStation,
  idr,
  regional,
  trees,
  forest,
];

/** @throws WeatherglassError NotFound with the names there are. */
export function findModel(name: string): Model {
  const model = models.find((candidate) => candidate.name === name);
  if (model === undefined)
    throw new WeatherglassError(
      'NotFound',
      `there is no model ${name}; the models are ${models.map((m) => m.name).join(', ')}`,
    );
  return model;
}

/** An artefact with the model that made it, which is not the one asked for where that could not be fitted. */
export interface Fitted {
  readonly model: Model;
  readonly artefact: Artefact;
  /** Why each more ambitious model could not be fitted, ambitious first. */
  readonly refusals: readonly string[];
}

/**
 * Fits a model, or the next simpler one that the training rows allow; `raw` always can.
 *
 * @param earlier an earlier fit of the same rows and fewer, to start from
 */
export function fitOrSimpler(
  model: Model,
  training: Selection,
  settings: Settings,
  control: Control,
  earlier?: Artefact,
): Fitted {
  const refusals: string[] = [];
  for (let candidate = model; ; ) {
    try {
      const start = earlier?.model === candidate.name ? earlier : undefined;
      return { model: candidate, artefact: candidate.fit(training, settings, control, start), refusals };
    } catch (error) {
      if (!(error instanceof WeatherglassError && error.name === 'CannotFit')) throw error;
      if (candidate.simpler === undefined) throw error;
      refusals.push(`${candidate.name}: ${error.message}`);
      candidate = findModel(candidate.simpler);
    }
  }
}

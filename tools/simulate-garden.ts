/**
 * Writes examples/simulated-garden.csv: a garden with a thermometer, and an ensemble that is 2 °C too warm and too sure
 * of itself. Simulated, by a fixed seed; nothing in it was ever measured.
 */
import { writeFileSync } from 'node:fs';
import { formatInstant, msPerDay, seededRandom } from '../src/index.ts';

const random = seededRandom('simulated garden');
/** Nearly normal: the sum of twelve uniform numbers. */
const noise = () => Array.from({ length: 12 }, random).reduce((sum, u) => sum + u, -6);

const lines = [
  'place,latitude,longitude,elevation,init_time,valid_time,variable,unit,member_1,member_2,member_3,observation',
];
const days = 400;
const truth = Array.from(
  { length: days + 2 },
  (_, day) => 10 - 8 * Math.cos((2 * Math.PI * day) / 365) + 3 * noise(),
);
for (let issued = 0; issued < days; issued++) {
  for (const ahead of [1, 2]) {
    const day = issued + ahead;
    const init = Date.UTC(2024, 0, 1) + issued * msPerDay;
    const centre = truth[day] + 2 + ahead * noise();
    const members = [0, 1, 2].map(() => (centre + 0.5 * noise()).toFixed(1)).join(',');
    // What was issued on the last days is still to come true.
    const observation = day < days ? truth[day].toFixed(1) : '';
    lines.push(
      `Garden,52.1,11.6,79,${formatInstant(init)},${formatInstant(init + ahead * msPerDay)},temperature_2m,°C,${members},${observation}`,
    );
  }
}
writeFileSync(new URL('../examples/simulated-garden.csv', import.meta.url), `${lines.join('\n')}\n`);

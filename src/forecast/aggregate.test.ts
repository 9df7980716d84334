import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DailyLosses, expertWeights, memoryPerDay, mixableLoss, regretOf } from './aggregate.ts';

const closeTo = (values: readonly number[], digits = 9) =>
  values.map((value) => expect.closeTo(value, digits) as number);

test('the loss is counted in the unit of mixing, and is none where all experts say the same', () => {
  expect(mixableLoss(3, 12)).toBe(0.5);
  expect(mixableLoss(3, 0)).toBe(0);
});

describe('weights', () => {
  const day = (number: number, losses: readonly number[], targets = 1): DailyLosses => ({
    day: number,
    targets,
    losses: Float64Array.from(losses),
  });

  test('by hand: four targets count twice, and two days forget four thousandths', () => {
    // L = 0.998² / √4 · (2, 6) = (0.996004, 2.988012).
    const [first, second] = expertWeights([day(10, [2, 6], 4)], 2, 12);
    expect(first).toBeCloseTo(1 / (1 + Math.exp(-1.992008)), 12);
    expect(second).toBeCloseTo(1 / (1 + Math.exp(1.992008)), 12);
  });

  test('are equal where nothing is known, or nothing yet', () => {
    expect([...expertWeights([], 4, 0)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    const useless = [day(0, [5, 0], 0), day(7, [0, 5])];
    expect([...expertWeights(useless, 2, 6)]).toEqual([0.5, 0.5]);
    expect(expertWeights(useless, 2, 7)[0]).toBeGreaterThan(0.9);
  });

  const someDays = fc.integer({ min: 1, max: 4 }).chain((experts) =>
    fc.record({
      experts: fc.constant(experts),
      days: fc.array(
        fc
          .record({
            losses: fc.array(fc.double({ min: 0, max: 20, noNaN: true }), {
              minLength: experts,
              maxLength: experts,
            }),
            targets: fc.nat(50),
          })
          .map((one) => one),
        { maxLength: 10 },
      ),
      shift: fc.double({ min: -5, max: 5, noNaN: true }),
    }),
  );

  test('add up to 1 and do not care for what all experts lose alike', () => {
    fc.assert(
      fc.property(someDays, ({ experts, days, shift }) => {
        const weights = (more: number) =>
          expertWeights(
            days.map(({ losses, targets }, k) =>
              day(
                k,
                losses.map((loss) => loss + more),
                targets,
              ),
            ),
            experts,
            days.length,
          );
        const own = weights(0);
        expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        expect([...weights(shift)]).toEqual(closeTo([...own]));
      }),
    );
  });

  test('move to the expert that loses less', () => {
    fc.assert(
      fc.property(
        someDays.filter(({ days }) => days.some(({ targets }) => targets > 0)),
        fc.nat(),
        ({ experts, days }, which) => {
          const rows = days.map(({ losses, targets }, k) => day(k, losses, targets));
          const expert = which % experts;
          const last = rows.findLastIndex(({ targets }) => targets > 0);
          const better = rows.map((row, k) =>
            k === last
              ? { ...row, losses: row.losses.map((loss, i) => (i === expert ? loss - 1 : loss)) }
              : row,
          );
          const [before, after] = [rows, better].map((all) => expertWeights(all, experts, days.length));
          expect(after[expert]).toBeGreaterThanOrEqual(before[expert]);
          after.forEach((weight, i) => {
            if (i !== expert) expect(weight).toBeLessThanOrEqual(before[i]);
          });
          if (experts > 1 && before[expert] > 1e-9 && before[expert] < 1 - 1e-9)
            expect(after[expert]).toBeGreaterThan(before[expert]);
        },
      ),
    );
  });

  // Ahead by a each day for ever, an expert is ahead by 500 a. Behind by g each day from then on, its lead after m days is
  // 500 a · 0.998^m − 500 g (1 − 0.998^m), which is gone when 0.998^m < g/(a + g): for g = a after ln 2/0.002002 = 346.2
  // days, for g = 3 a after ln(4/3)/0.002002 = 143.7.
  test.each([
    [1, 347],
    [3, 144],
  ])('leave a model that went wrong by %d times its lead after %d days', (gap, turn) => {
    const good = Array.from({ length: 9000 }, (_, k) => day(k, [0, 0.01]));
    const after = (days: number) => {
      const bad = Array.from({ length: days }, (_, k) => day(9000 + k, [0.01 * gap, 0]));
      return expertWeights([...good, ...bad], 2, 8999 + days);
    };
    expect(after(0)[0]).toBeCloseTo(1 / (1 + Math.exp(-5)), 6);
    expect(after(turn - 1)[0]).toBeGreaterThan(0.5);
    expect(after(turn)[0]).toBeLessThan(0.5);
  });
});

describe('regret', () => {
  const twoDays: DailyLosses[] = [
    { day: 0, targets: 4, losses: Float64Array.of(4, 0) },
    { day: 1, targets: 1, losses: Float64Array.of(1, 3) },
  ];

  // The first day counts 0.998/√4: 1.996 + 1 against 0 + 3, served 0.998 + 2. Spreads are 2 on both days.
  test('by hand, with the first day known on the second and not', () => {
    const known = regretOf(twoDays, [2, 2], 2, 1);
    expect(known).toEqual({
      regret: expect.closeTo(2.998 - 2.996, 12) as number,
      bound: expect.closeTo(Math.LN2 + (0.998 * 4) / 8 + 4 / 8, 12) as number,
      best: 0,
    });
    const late = regretOf(twoDays, [2, 2], 2, 2);
    expect(late.bound - known.bound).toBeCloseTo((2 * 2) / 4, 12);
    expect(late.regret).toBe(known.regret);
  });

  test('is nothing where nothing was scored', () => {
    expect(regretOf([], [], 3, 1)).toEqual({ regret: 0, bound: Math.log(3), best: 0 });
    const empty = { day: 5, targets: 0, losses: Float64Array.of(9, 0) };
    expect(regretOf([empty], [9], 2, 1)).toEqual({ regret: 0, bound: Math.LN2, best: 0 });
  });

  /**
   * The regret of serving the weighted mean of the experts' losses, each day with the weights that were known then.
   *
   * @param lossesOf what a day brings, by an adversary that sees the weights
   */
  function play(
    calendar: readonly { readonly day: number; readonly targets: number }[],
    experts: number,
    delay: number,
    lossesOf: (at: number, weights: Float64Array) => readonly number[],
  ) {
    const past: DailyLosses[] = [];
    const served: number[] = [];
    calendar.forEach(({ day, targets }, at) => {
      const known = past.filter((one) => one.day <= day - delay);
      const weights = expertWeights(known, experts, day);
      const losses = Float64Array.from(lossesOf(at, weights));
      past.push({ day, targets, losses });
      served.push(losses.reduce((sum, loss, i) => sum + weights[i] * loss, 0));
    });
    return regretOf(past, served, experts, delay);
  }

  test('stays below the bound whatever comes, however late it is known', () => {
    const game = fc.integer({ min: 1, max: 4 }).chain((experts) =>
      fc.record({
        experts: fc.constant(experts),
        delay: fc.integer({ min: 1, max: 9 }),
        days: fc.array(
          fc.record({
            step: fc.constantFrom(1, 1, 1, 2, 30),
            targets: fc.constantFrom(1, 1, 4, 100),
            losses: fc.array(fc.double({ min: 0, max: 4, noNaN: true }), {
              minLength: experts,
              maxLength: experts,
            }),
            // Whether the loss falls on the expert that is trusted most.
            spiteful: fc.boolean(),
          }),
          { maxLength: 60 },
        ),
      }),
    );
    fc.assert(
      fc.property(game, ({ experts, delay, days }) => {
        let day = 0;
        const calendar = days.map(({ step, targets }) => ({ day: (day += step), targets }));
        const { regret, bound } = play(calendar, experts, delay, (at, weights) => {
          const { losses, spiteful } = days[at];
          const trusted = weights.indexOf(Math.max(...weights));
          return spiteful ? losses.map((loss, i) => (i === trusted ? loss : 0)) : losses;
        });
        expect(regret).toBeLessThanOrEqual(bound + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  // Whoever is trusted most loses: with outcomes that come late, more than the bound were if they came at once.
  test.each([
    [1, 1],
    [2, 1],
    [6, 0.5],
    [12, 0.3],
  ])('pays for outcomes that are known after %d days, as much as the bound has to allow', (delay, loss) => {
    const days = Array.from({ length: 200 }, (_, day) => ({ day, targets: 1 }));
    const { regret, bound } = play(days, 2, delay, (_, weights) =>
      weights[0] >= 0.5 ? [loss, 0] : [0, loss],
    );
    expect(regret).toBeLessThan(bound);
    const atOnce = days.reduce(
      (sum, { day }) => sum + (memoryPerDay ** (199 - day) * loss ** 2) / 8,
      Math.LN2,
    );
    expect(regret).toBeGreaterThan(delay === 1 ? 0.9 * atOnce : 1.3 * atOnce);
  });
});

import type { FastifyInstance } from 'fastify';
import { stationsAmong } from '../collect/follow.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { html } from './html.ts';
import { page, pageType, table } from './page.ts';
import type { Serving } from './serving.ts';

/** `GET /`: the places, for people. */
export function homePage(app: FastifyInstance, { store }: Serving): void {
  app.get('/', async ({ moment: { demo } }, reply) => {
    const all = await store.places();
    const stationOf = await stationsAmong(store);
    const places = all.filter(({ name }) => !stationOf.has(name));
    const stations = all.filter(({ name }) => stationOf.has(name));
    const head = html`<tr><th scope="col">place</th><th scope="col">latitude</th><th scope="col">longitude</th><th scope="col">elevation</th><th scope="col" class="text">time zone</th></tr>`;
    const list =
      all.length === 0
        ? html`<p>No place is followed yet: <code>weatherglass init</code> begins with one of yours, <code>weatherglass import</code> takes tables.</p>`
        : html`${table('Places', head, places.map(row))}${stations.length > 0 ? table('Stations that the places learn from', head, stations.map(row)) : undefined}`;
    return reply.type(pageType).send(
      page(
        'Weatherglass',
        demo,
        html`<h1>Weatherglass</h1>
<p>Forecasts corrected at these places, with their measured track record.</p>
${list}`,
      ),
    );
  });
}

/** Where a place's page is. */
export function placePath(name: string): string {
  return `/places/${encodeURIComponent(name)}`;
}

/** A coordinate with its half of the globe, such as `47.61° N`; – where it is unknown. */
export function coordinateText(degrees: number, [positive, negative]: readonly [string, string]): string {
  return Number.isFinite(degrees) ? `${Math.abs(degrees)}° ${degrees < 0 ? negative : positive}` : '–';
}

export function elevationText(metres: number): string {
  return Number.isFinite(metres) ? `${metres} m` : '–';
}

function row({ name, latitude, longitude, elevation, zone }: FollowedPlace) {
  return html`<tr><th scope="row"><a href="${placePath(name)}">${name}</a></th><td>${coordinateText(latitude, ['N', 'S'])}</td><td>${coordinateText(longitude, ['E', 'W'])}</td><td>${elevationText(elevation)}</td><td class="text">${zone}</td></tr>
`;
}

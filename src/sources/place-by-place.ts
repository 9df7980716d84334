import type { FollowedPlace } from '../weather/place.ts';
import type { ForecastRequest, ForecastSource, IssuedForecast, SourceTools } from './source.ts';

/** The forecast of one place; undefined where there is none. */
export type PlaceForecast = (
  place: FollowedPlace,
  request: ForecastRequest,
  tools: SourceTools,
) => Promise<IssuedForecast | undefined>;

/** The part of a source that is asked for one place at a time, and has one forecast for each, kept under its name. */
export function placeByPlace(
  name: string,
  forecast: PlaceForecast,
): Pick<ForecastSource, 'names' | 'placesAtOnce' | 'forecasts'> {
  return {
    names: [name],
    placesAtOnce: 1,
    async forecasts(request, tools) {
      const issued: IssuedForecast[] = [];
      if (!request.names.includes(name)) return issued;
      for (const place of request.places) {
        const one = await forecast(place, request, tools);
        if (one !== undefined) issued.push(one);
      }
      return issued;
    },
  };
}

// The weather tool in TypeScript: named arguments, whose types are an interface.
//
// It does no input or output; the report is worked out in `report.ts`.

import { ToolError } from "./toolhost-sdk/index.js";
import { problemOf, report, type Scale } from "./report.ts";

interface Place {
  /** Which city, such as `Tokyo`. */
  city: string;
  /** The unit of temperatures; celsius if left out. */
  units?: Scale;
}

/**
 * Tells the current weather in a city: temperature, condition, humidity and wind.
 *
 * @readOnly
 * @idempotent
 * @openWorld false
 */
export function getWeather({ city, units }: Place): string {
  const problem = problemOf(city);
  if (problem) {
    throw ToolError.invalidInput(problem);
  }
  return report(city, units ?? "celsius");
}

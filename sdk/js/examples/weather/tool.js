// The weather tool as a provider: it answers as the typed one of the repository does.
//
// It does no input or output; the report is worked out in `report.js`.

import { ToolError } from "./toolhost-sdk/index.js";
import { problemOf, report } from "./report.js";

/**
 * Tells the current weather in a city: temperature, condition, humidity and wind.
 *
 * @param {string} city Which city, such as `Tokyo`.
 * @param {"celsius" | "fahrenheit"} [units] The unit of temperatures; celsius if left out.
 * @readOnly
 * @idempotent
 * @openWorld false
 */
export function getWeather(city, units) {
  const problem = problemOf(city);
  if (problem) {
    throw ToolError.invalidInput(problem);
  }
  return report(city, units ?? "celsius");
}

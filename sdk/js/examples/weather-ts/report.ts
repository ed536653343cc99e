// The report for a city, computed from its name alone. Nothing here knows about WebAssembly.

import { utf8 } from "./toolhost-sdk/index.js";

/** The units a report is written in. */
export type Scale = "celsius" | "fahrenheit";

const CITY_CHARS_MAX = 100;

const CONDITIONS = ["sunny", "partly cloudy", "cloudy", "light rain", "rain", "thunderstorms", "fog", "windy"];

const DIRECTIONS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/** What is wrong with the name of a city, if anything is. */
export function problemOf(city: string): string | null {
  const name = trim(city);
  if (name === "") {
    return "`city` is empty; give the name of a city, such as `Tokyo`";
  }
  if ([...name].length > CITY_CHARS_MAX) {
    return "`city` is longer than 100 characters; give only the name of a city";
  }
  if (/\p{Cc}/u.test(name)) {
    return "`city` contains control characters; give only the name of a city";
  }
  return null;
}

/** The weather in a city, in °C and km/h for `celsius`, in °F and mph for `fahrenheit`. */
export function report(city: string, scale: Scale): string {
  const name = trim(city);
  const mixed = hash(name);
  // Each quantity draws on its own bits, so that they vary independently.
  const pick = (shift: number, count: number) => Number((mixed >> BigInt(shift)) & 0xffffn) % count;
  const celsius = pick(0, 41) - 5;
  const humidity = 30 + pick(16, 66);
  const kilometres = pick(32, 46);
  const condition = CONDITIONS[pick(48, 8)];
  const direction = DIRECTIONS[pick(51, 8)];

  const [degrees, unit, wind, speed] =
    scale === "celsius"
      ? [celsius, "°C", kilometres, "km/h"]
      : [divideRounded(celsius * 9, 5) + 32, "°F", divideRounded(kilometres * 1000, 1609), "mph"];
  return [
    `Weather in ${name}:`,
    `  Temperature: ${degrees}${unit}`,
    `  Condition: ${condition}`,
    `  Humidity: ${humidity}%`,
    `  Wind: ${wind} ${speed} ${direction}`,
  ].join("\n");
}

/** Without white space as Unicode has it, which U+FEFF is not and U+0085 is. */
function trim(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/** FNV-1a over the lower-cased name, then mixed so that short names reach the high bits too. */
function hash(city: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const character of city) {
    // One by one, so that no letter depends on its neighbours as the final sigma does.
    for (const byte of utf8.encode(character.toLowerCase())) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    }
  }
  hash ^= hash >> 32n;
  hash = BigInt.asUintN(64, hash * 0x9e3779b97f4a7c15n);
  return hash ^ (hash >> 29n);
}

function divideRounded(value: number, by: number): number {
  return Math.floor((value + Math.trunc(by / 2)) / by);
}

// Runs on the machine itself: `node --test report.test.js`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { problemOf, report } from "./report.js";
import { getWeather } from "./tool.js";

const temperature = (text) => Number(/Temperature: (-?\d+)°/.exec(text)[1]);

test("the report has the promised form", () => {
  const form = /^Weather in Tokyo:\n {2}Temperature: -?\d+°C\n {2}Condition: [a-z ]+\n {2}Humidity: \d+%\n {2}Wind: \d+ km\/h [NESW]{1,2}$/;
  assert.match(report(" Tokyo ", "celsius"), form);
});

test("case and blanks do not change the weather", () => {
  const rest = (text) => text.slice(text.indexOf("\n"));
  assert.equal(rest(report("são paulo", "celsius")), rest(report("\tSÃO PAULO ", "celsius")));
});

test("units tell the same temperature", () => {
  for (const city of ["Tokyo", "Oslo", "Lima", "Perth", "Wien", "Nuuk"]) {
    const expected = Math.round(temperature(report(city, "celsius")) * 1.8 + 32);
    const text = report(city, "fahrenheit");
    assert.equal(temperature(text), expected, city);
    assert.match(text, / mph /);
  }
});

test("senseless cities are refused", () => {
  for (const city of ["", " \t", "\u0085", "To\nkyo", "To\u009fkyo", "x".repeat(101), "\ufeff\n\ufeff"]) {
    assert.throws(() => getWeather(city), { kind: "invalid-input" }, JSON.stringify(city));
  }
  assert.equal(problemOf("é".repeat(100)), null);
  assert.equal(problemOf("🎉".repeat(100)), null);
});

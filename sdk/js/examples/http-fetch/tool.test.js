// Runs on the machine itself: `node --test tool.test.js`.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as fake from "./toolhost-sdk/fake.js";
import { HttpError } from "./toolhost-sdk/index.js";
import { titleOf } from "./title.js";
import { fetchTitle } from "./tool.js";

const fetch = () => fetchTitle("https://a.example/");

test("the title of the page is told", () => {
  fake.http(() => ({ body: "<html><title>A page</title></html>" }));
  assert.equal(fetch(), "A page");
});

test("pages that are missing or have no title are not found", () => {
  for (const answer of [{ status: 404, body: "<title>Oh</title>" }, { body: "plain" }]) {
    fake.http(() => answer);
    assert.throws(fetch, { kind: "not-found" });
  }
});

test("a denial is a failure that says why", () => {
  fake.http(() => {
    throw new HttpError("denied", "no grant");
  });
  assert.throws(fetch, { name: "HttpError", kind: "denied", message: "no grant" });
});

test("titles are found in any case and shape", () => {
  const cases = [
    ["<title>A</title>", "A"],
    ["<TITLE lang=en>\n A  b\n</Title>", "A b"],
    ["<titlebar>x</titlebar><title>Ü &amp;lt; &lt;B&gt;</title>", "Ü &lt; <B>"],
    ["<svg><title>first</title></svg><title>second</title>", "first"],
    ["<title></title>", null],
    ["<title>open", null],
    ["<title", null],
    ["İ<title>ı</title>", "ı"],
    ["", null],
  ];
  for (const [page, expected] of cases) {
    assert.equal(titleOf(page), expected, page);
  }
});

test("long titles are cut", () => {
  assert.equal(titleOf(`<title>${"é".repeat(600)}</title>`).length, 500);
});

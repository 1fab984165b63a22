/**
 * Charts of a report, drawn as lines and areas, with their numbers as text.
 *
 * @module
 */
import { rgb } from "pdf-lib";
import { createScale } from "../chart/sparkline.ts";
import { inks, innerWidth, paper, type Sheet } from "./pdf_page.ts";
import type { ReportFigure } from "./report.ts";

const chartHeight = 170;
const axisWidth = 62;
const axisHeight = 16;
const size = 7.5;

/** Room between two labels, and part of the range that is kept free above and below. */
const labelGap = 10;
const headroom = 0.04;

/** Colours of series, told apart by dashes too, since reports are printed in grey. */
const strokes = [
  { color: rgb(0.07, 0.33, 0.8), dash: [] },
  { color: rgb(0.8, 0.35, 0.0), dash: [5, 2] },
  { color: rgb(0.0, 0.48, 0.35), dash: [2, 2] },
  { color: rgb(0.55, 0.2, 0.6), dash: [7, 2, 2, 2] },
  { color: rgb(0.4, 0.4, 0.4), dash: [1, 2] },
  { color: rgb(0.75, 0.1, 0.25), dash: [9, 3] },
];

/** A value range with the round numbers inside of it. */
interface Axis {
  low: number;
  high: number;
  ticks: number[];
}

/** Draws a chart with its caption, axes and legend; without any value it says so. */
export function drawFigure(sheet: Sheet, figure: ReportFigure): void {
  const series = figure.series.slice(0, strokes.length);
  const values = series.flatMap((one) => one.values.filter(isNumber));
  sheet.need(chartHeight + 46);
  drawCaption(sheet, figure.caption);
  if (values.length === 0) return writeNote(sheet, "–");
  const axis = makeAxis(values, figure.shape === "bars");
  const top = sheet.y - 4;
  const left = paper.margin + axisWidth;
  const width = innerWidth - axisWidth;
  const height = chartHeight - axisHeight;
  const toY = createScale(axis.low, axis.high, height, 0);
  drawAxis(sheet, figure, axis, { left, top, width, toY });
  const count = Math.max(...series.map((one) => one.values.length));
  series.forEach(({ values: points }, i) => {
    const path = figure.shape === "line"
      ? drawLine(points, count, width, toY)
      : drawBars(points, { count, width, toY, index: i, of: series.length });
    if (path === "") return;
    const { color, dash } = strokes[i]!;
    const style = figure.shape === "line"
      ? { borderColor: color, borderWidth: 1.2, borderDashArray: dash }
      : { color };
    sheet.page.drawSvgPath(path, { x: left, y: top, ...style });
  });
  drawLabels(sheet, figure, { left, top: top - height, width });
  sheet.y = top - chartHeight;
  drawLegend(sheet, series.map(({ name }) => name));
  sheet.y -= 12;
}

function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

function drawCaption(sheet: Sheet, caption: string): void {
  const { bold } = sheet.fonts;
  sheet.y -= 11;
  sheet.write(bold.clean(caption), { x: paper.margin, y: sheet.y, size: 9, font: bold });
  sheet.y -= 4;
}

function writeNote(sheet: Sheet, text: string): void {
  const { regular } = sheet.fonts;
  sheet.y -= 12;
  sheet.write(text, { x: paper.margin, y: sheet.y, size, font: regular, color: inks.faint });
  sheet.y -= 12;
}

/** Returns a range around the values whose ticks are 1, 2 or 5 times a power of ten apart. */
function makeAxis(values: readonly number[], hasZero: boolean): Axis {
  let low = hasZero ? 0 : Infinity;
  let high = hasZero ? 0 : -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return { low, high, ticks: [low] };
  const raw = span / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * (raw / power <= 1 ? 1 : raw / power <= 2 ? 2 : raw / power <= 5 ? 5 : 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high && ticks.length < 12; i++) {
    ticks.push(i * step);
  }
  return { low: low - span * headroom, high: high + span * headroom, ticks };
}

interface Place {
  left: number;
  top: number;
  width: number;
}

function drawAxis(
  sheet: Sheet,
  { format }: ReportFigure,
  { ticks }: Axis,
  { left, top, width, toY }: Place & { toY: (value: number) => number },
): void {
  const { regular } = sheet.fonts;
  for (const tick of ticks) {
    const y = top - toY(tick);
    const text = regular.clean(format(tick));
    const x = left - 5 - regular.measure(text, size);
    sheet.write(text, { x, y: y - size / 3, size, font: regular, color: inks.faint });
    const line = { start: { x: left, y }, end: { x: left + width, y } };
    sheet.page.drawLine({ ...line, thickness: 0.4, color: inks.line });
  }
}

/** Returns the path of a line; where a value is missing it begins anew. */
function drawLine(
  values: readonly (number | null)[],
  count: number,
  width: number,
  toY: (value: number) => number,
): string {
  const step = count > 1 ? width / (count - 1) : 0;
  let path = "";
  let isDown = false;
  values.forEach((value, i) => {
    if (!isNumber(value)) return void (isDown = false);
    const point = `${(i * step).toFixed(2)},${toY(value).toFixed(2)}`;
    // A value alone between two holes is a dot.
    path += isDown ? `L${point}` : `M${point}L${point}`;
    isDown = true;
  });
  return path;
}

/** Returns the path of bars from 0. */
function drawBars(
  values: readonly (number | null)[],
  { count, width, toY, index, of }: {
    count: number;
    width: number;
    toY: (value: number) => number;
    index: number;
    of: number;
  },
): string {
  const place = width / count;
  const bar = place * 0.8 / of;
  const zero = toY(0).toFixed(2);
  return values.map((value, i) => {
    if (!isNumber(value)) return "";
    const x = i * place + place * 0.1 + index * bar;
    const [from, to] = [x.toFixed(2), (x + bar).toFixed(2)];
    return `M${from},${zero}L${from},${toY(value).toFixed(2)}L${to},${
      toY(value).toFixed(2)
    }L${to},${zero}Z`;
  }).join("");
}

/** Writes as many labels as have room, the first and the last among them. */
function drawLabels(
  sheet: Sheet,
  { labels, shape }: ReportFigure,
  { left, top, width }: Place,
): void {
  const { regular } = sheet.fonts;
  const texts = labels.map((label) => regular.clean(label));
  if (texts.length === 0) return;
  const places = texts.map((text, i) => {
    const middle = shape === "bars"
      ? (i + 0.5) * width / texts.length
      : i * width / Math.max(1, texts.length - 1);
    const own = regular.measure(text, size);
    const x = Math.min(Math.max(middle - own / 2, 0), width - own);
    return { text, x, end: x + own };
  });
  const last = places.at(-1)!;
  let free = -Infinity;
  for (const { text, x, end } of places) {
    if (x < free || (text !== last.text && end + labelGap > last.x)) continue;
    const at = { x: left + x, y: top - 11 };
    sheet.write(text, { ...at, size, font: regular, color: inks.faint });
    free = end + labelGap;
  }
}

function drawLegend(sheet: Sheet, names: readonly string[]): void {
  if (names.length < 2) return;
  const { regular } = sheet.fonts;
  let x = paper.margin + axisWidth;
  names.forEach((name, i) => {
    const text = regular.clean(name);
    const width = regular.measure(text, size) + 34;
    if (x + width > paper.width - paper.margin) {
      x = paper.margin + axisWidth;
      sheet.y -= 11;
    }
    const y = sheet.y - 2;
    const line = { start: { x, y }, end: { x: x + 16, y } };
    const { color, dash } = strokes[i]!;
    sheet.page.drawLine({ ...line, thickness: 1.6, color, dashArray: dash });
    sheet.write(text, { x: x + 20, y: y - size / 3, size, font: regular });
    x += width;
  });
  sheet.y -= 6;
}

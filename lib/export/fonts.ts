/**
 * Where the fonts of reports lie: DejaVu Sans, which has Latin with Turkish, Greek, Cyrillic, the
 * signs of currencies but ₿, arrows and mathematics. Who makes a report reads them once.
 *
 * @module
 */

/** Returns the addresses of both fonts as `file:` URLs. */
export function getReportFontUrls(): { regular: URL; bold: URL } {
  return {
    regular: new URL(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf")),
    bold: new URL(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf")),
  };
}

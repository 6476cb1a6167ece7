/** What every drawing of a poster is told. */
export interface MotifProps {
  hue: number;
  /** Of the drawing, so that it looks the same every time. */
  seed: number;
  /** Prefix of the ids within the drawing. */
  id: string;
}

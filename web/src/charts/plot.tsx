// uPlot inside React: made once per `make`, fed with every new `data`, as wide as its place.
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { themeNow, useDark, type Theme } from "./theme";

interface Props {
  make: (theme: Theme) => Omit<uPlot.Options, "width" | "height">;
  data: uPlot.AlignedData;
  height: number;
  label: string; // what the picture says, for those who do not see it
  onCursor?: (index: number | null) => void;
}

export function Plot({ make, data, height, label, onCursor }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef({ data, onCursor });
  newest.current = { data, onCursor };
  const dark = useDark();

  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const options = make(themeNow());
    const setCursor = (u: uPlot) => newest.current.onCursor?.(u.cursor.idx ?? null);
    const chart = new uPlot(
      { ...options, hooks: { ...options.hooks, setCursor: [setCursor] }, width: box.clientWidth, height },
      newest.current.data,
      box,
    );
    plot.current = chart;
    const watch = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [make, height, dark]);

  useEffect(() => plot.current?.setData(data), [data]);

  return <div className="plot" ref={place} role="img" aria-label={label} style={{ height }} />;
}

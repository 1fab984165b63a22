import { strings } from "../lib/format/strings.ts";
import { setSymbol, symbol } from "../lib/ui/page_state.ts";
import type { SymbolView } from "../lib/ui/state.ts";

interface Props {
  symbols: SymbolView[];
  /** What the server chose. */
  chosen: string;
  /** The server could not read the symbols. */
  hasFailed: boolean;
}

/** Chooses the symbol, grouped by exchange; without scripts it is a field of the form around it. */
export default function SymbolSelector({ symbols, chosen, hasFailed }: Props) {
  if (hasFailed) return <p class="error" role="alert">{strings.errors.data}</p>;
  if (symbols.length === 0) return <p class="empty">{strings.chart.noOption}</p>;
  const exchanges = Map.groupBy(symbols, (each) => each.exchange);
  return (
    <label class="field">
      <span>{strings.chart.symbol}</span>
      <select
        name="symbol"
        data-search
        value={symbol.value || chosen}
        onChange={(event) => setSymbol(event.currentTarget.value)}
      >
        {[...exchanges].map(([exchange, members]) => (
          <optgroup key={exchange} label={exchange}>
            {members.map((each) => (
              <option
                key={each.id}
                value={each.symbol}
                selected={each.symbol === (symbol.value || chosen)}
              >
                {each.name ? `${each.symbol} · ${each.name}` : each.symbol}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

// Writes values with their unit, as the rest of the page does: 1.2 Gb/s, 3.9 GiB, 97 %, 4.1 ms.
"use strict";

const measured = (() => {
  const prefixes = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"]];

  function digits(value, count, most = 6) {
    if (value === 0) return "0";
    if (Math.abs(value) >= 1e15) return value.toExponential(count - 1).replace(/\.?0+e/, "e");
    const places = Math.min(Math.max(count - 1 - Math.floor(Math.log10(Math.abs(value))), 0), most);
    return Number(value.toFixed(places)).toLocaleString("en-US", { maximumFractionDigits: most });
  }

  function prefixed(given, symbol, count, from, milli) {
    const value = Number(given.toPrecision(count)); // 999.7 M is 1 G in three digits
    const size = Math.abs(value);
    if (size < from && !(milli && size > 0 && size < 0.1)) return `${digits(value, count)} ${symbol}`;
    const [by, name] = prefixes.find(([least]) => size >= least * 0.9999) || prefixes[prefixes.length - 1];
    return `${digits(value / by, count)} ${name}${symbol}`;
  }

  function bytes(value) {
    const names = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    const power = Math.abs(value) >= 1 ? Math.min(Math.floor(Math.log2(Math.abs(value)) / 10 + 1e-9), 6) : 0;
    return `${digits(value / 1024 ** power, 3)} ${names[power]}B`;
  }

  function seconds(value) {
    const size = Math.abs(value);
    if (size < 0.1) return prefixed(value, "s", 4, Infinity, true);
    if (size < 60 || size >= 1e15) return `${digits(value, 3)} s`;
    const whole = Math.round(size);
    const [long, short] = [["d", "h", 86400, 3600], ["h", "min", 3600, 60], ["min", "s", 60, 1]].reduce(
      (found, [name, next, by, below]) => found || (whole >= by && [[name, Math.floor(whole / by)], [next, Math.floor(whole % by / below)]]), null);
    return `${value < 0 ? "-" : ""}${long[1]} ${long[0]}${short[1] ? ` ${short[1]} ${short[0]}` : ""}`;
  }

  const plain = { celsius: [4, 1], rpm: [4, 0], dbm: [4, 2], decibels: [4, 2], count: [4, 3] };
  const rates = ["bits_per_second", "bytes_per_second"];
  const small = ["volts", "amperes", "watts", "joules"];
  return (value, unit, symbol) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return "–";
    if (unit === "ratio") return `${digits(value * 100, 3)} %`;
    if (unit === "bytes") return bytes(value);
    if (unit === "seconds") return seconds(value);
    if (unit === "per_second") return `${digits(value, 3)}/s`;
    if (unit in plain) return `${digits(value, ...plain[unit])} ${symbol}`.trim();
    if (unit === "joules" && Math.abs(value) >= 3.6e5) return `${digits(value / 3.6e6, 4)} kWh`;
    return rates.includes(unit) ? prefixed(value, symbol, 3, 1e3, false) : prefixed(value, symbol, 4, 1e4, small.includes(unit));
  };
})();

"""A plain SVG of two panels with a logarithmic axis of items, by nothing but the standard library."""

import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 300, 70, 20, 40, 45
PANEL = WIDTH / 2
INK, LINE, FULL = "#444", "#2563a8", "#b4531a"


def nice_top(most):
    """The next of 1, 2, 5 × 10ⁿ above."""
    unit = 10 ** math.floor(math.log10(most))
    return next(unit * step for step in (1, 2, 5, 10) if unit * step >= most)


def panel(at, title, points, full):
    xs = [x for x, _ in points + full]
    low, high = math.log10(min(xs)), math.log10(max(xs))
    top = nice_top(max(y for _, y in points + full))

    def place(x, y):
        wide, tall = PANEL - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        across = (math.log10(x) - low) / (high - low) if high > low else 0.5
        return at + LEFT + across * wide, HEIGHT - BOTTOM - y / top * tall

    def text(x, y, words, anchor="middle", size=12):
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{words}</text>'

    out = [text(at + LEFT, 22, title, "start", 14)]
    for part in range(5):
        y = top * part / 4
        x0, row = place(10 ** low, y)
        x1, _ = place(10 ** high, y)
        out.append(f'<line x1="{x0:.1f}" y1="{row:.1f}" x2="{x1:.1f}" y2="{row:.1f}" stroke="#ddd"/>')
        out.append(text(x0 - 6, row + 4, f"{y:,.0f}", "end", 11))
    for power in range(math.ceil(low), math.floor(high) + 1):
        x, floor = place(10 ** power, 0)
        out.append(text(x, floor + 18, f'10<tspan dy="-5" font-size="9">{power}</tspan>'))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
    out.append(f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="2"/>')
    for colour, dots in ((LINE, points), (FULL, full)):
        for point in dots:
            x, y = place(*point)
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"><title>{point[0]:,}: {point[1]:,.0f}</title></circle>')
    return out


def two_panels(first, second):
    parts = panel(0, *first) + panel(PANEL, *second)
    legend = (f'<circle cx="70" cy="{HEIGHT + 12}" r="4" fill="{LINE}"/><text x="80" y="{HEIGHT + 16}" font-size="12" '
              f'fill="{INK}">all items moved in one run</text><circle cx="270" cy="{HEIGHT + 12}" r="4" fill="{FULL}"/>'
              f'<text x="280" y="{HEIGHT + 16}" font-size="12" fill="{INK}">so many in the ledger, some of them still to be '
              f'moved</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 30}" width="{WIDTH}" '
            f'height="{HEIGHT + 30}" font-family="sans-serif">\n<rect width="100%" height="100%" fill="white"/>\n'
            + "\n".join(parts) + "\n" + legend + "\n</svg>\n")

#!/usr/bin/env bash
# What docs/pictures.md says of the colours, by numbers: bench/page/assets/chart.css holds them.
. "$(dirname "$0")/../cli/lib.sh"

colours_stand_out_and_the_colour_blind_tell_them_apart() {
    python3 - "$source_dir/bench/page/assets/chart.css" <<'PY' || fail "a colour is too faint, or two are alike"
import itertools, math, re, sys

# What the lack of a kind of cone leaves of linear RGB (Machado and others, 2009).
EYES = {
    "no red": ((.152286, 1.052583, -.204868), (.114503, .786281, .099216), (-.003882, -.048116, 1.051998)),
    "no green": ((.367322, .860646, -.227968), (.280085, .672501, .047413), (-.011820, .042940, .968881)),
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}
NAMED, WORDS, APART = 3, 4.5, 10  # contrast of what bears a name, of letters; CIE76

def linear(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    return [c / 12.92 if c <= .04045 else ((c + .055) / 1.055) ** 2.4 for c in parts]

def light(colour):
    return sum(a * b for a, b in zip((.2126, .7152, .0722), linear(colour)))

def contrast(a, b):
    low, high = sorted((light(a), light(b)))
    return (high + .05) / (low + .05)

def lab(colour, eye):
    v = [min(1, max(0, sum(a * b for a, b in zip(row, linear(colour))))) for row in EYES[eye]]
    rows = ((.4124, .3576, .1805), (.2126, .7152, .0722), (.0193, .1192, .9505))
    xyz = [sum(a * b for a, b in zip(row, v)) / w for row, w in zip(rows, (.9505, 1, 1.089))]
    x, y, z = (t ** (1 / 3) if t > .008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)

def fills(css):
    return {name: colour for names, colour in re.findall(r"([^{}]+)\{(?:[^}]*;)?fill:(#[0-9a-f]{3,6})[;}]", css)
            for name in re.findall(r"\.chart \.?(\w+)", names)}

css = open(sys.argv[1], encoding="utf-8").read()
light_css, dark_css = css.split("@media")
failed = 0
for name, found in (("light", fills(light_css)), ("dark", {**fills(light_css), **fills(dark_css)})):
    tints = [found[f"f{i}"] for i in range(1, 9)]
    for i, tint in enumerate(tints, 1):
        pairs = [("paper", NAMED, contrast(tint, found["paper"])), (f"on{i}", WORDS, contrast(tint, found[f"on{i}"]))]
        for what, least, had in pairs:
            if had < least:
                failed += 1
                print(f"{name}: {tint} ({i}) and {what}: {had:.2f}:1, less than {least}")
    for word in ("text", "mute", "title", "head", "val"):
        had = contrast(found[word], found["paper"])
        if had < WORDS:
            failed += 1
            print(f"{name}: {word}: {had:.2f}:1")
    for eye, (i, j) in itertools.product(EYES, itertools.combinations(range(8), 2)):
        apart = math.dist(lab(tints[i], eye), lab(tints[j], eye))
        if apart < APART:
            failed += 1
            print(f"{name}, cones: {eye}: {tints[i]} and {tints[j]} ({i + 1}, {j + 1}) are {apart:.0f} apart")
sys.exit(failed > 0)
PY
}

run_tests

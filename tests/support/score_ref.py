#!/usr/bin/env python3
"""An independent reading of docs/SCORING.md, to hold store/score*.c against.

score_ref.py FILE: lines of JSON, each {"edition": file, "answers": {item: record},
"reviews": {item: record}, "got": what score_all() said}. Output: what differs;
the exit status is 1 then. Written from the document, with Python's own
fractions: nothing is shared with the C but the rules.
"""
import json
import sys
from fractions import Fraction
from functools import lru_cache

LEVELS = ("basic", "advance", "significance")
MILLION = 10**6


def half_away(x, unit):
    """x to a whole number of 1/unit, halves away from zero."""
    n = abs(x) * unit
    n = (2 * n.numerator + n.denominator) // (2 * n.denominator)
    return Fraction(n if x >= 0 else -n, unit)


def kept(x):
    return half_away(x, MILLION)


def text(x):
    cents = int(half_away(x, 100) * 100)
    sign = "-" if cents < 0 else ""
    return "%s%d.%02d" % (sign, abs(cents) // 100, abs(cents) % 100)


@lru_cache(maxsize=None)
def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


# --- process items ---------------------------------------------------------


def score_ticks(policy, item, ticks):
    score, level = Fraction(0), "none"
    for name in LEVELS:
        of = [p["id"] for p in item["points"][name]]
        have = sum(1 for p in of if p in ticks)
        worth = policy["process"]["points"][name]
        if have == len(of):
            score, level = score + worth, name
            continue
        if policy["process"]["partial_credit"]:
            score += Fraction(worth * have, len(of))
        break
    return score, level


# --- result items ----------------------------------------------------------


def too_long(figure):
    digits = figure.lstrip("-")
    if digits.startswith("0."):
        digits = digits[2:]
    return len(digits.replace(".", "")) > 15


def success(indicator):
    """Per cent, or None when there is none."""
    if "not_applicable" in indicator:
        return None
    if "target" not in indicator or "actual" not in indicator:
        return None
    if too_long(indicator["target"]) or too_long(indicator["actual"]):
        return None
    target, actual = Fraction(indicator["target"]), Fraction(indicator["actual"])
    larger = indicator["direction"] == "larger"
    if target <= 0:
        reached = actual >= target if larger else actual <= target
        return Fraction(100 if reached else 0)
    share = kept(actual * 100 / target)
    percent = share if larger else 200 - share
    return min(max(percent, Fraction(0)), Fraction(1000000))


def to_points(policy, measure, percent):
    result = policy["result"]
    if result.get("method", "bands") == "linear":
        line = result["linear"]
        low = Fraction(measure.get("floor", line["floor"]))
        high = Fraction(measure.get("ceiling", line["ceiling"]))
        first, last = line["points_at_floor"], line["points_at_ceiling"]
        if percent < low:
            return Fraction(0)
        share = min(Fraction(1), (percent - low) / (high - low))
        return kept(first + (last - first) * share)
    for band in result["bands"]:
        if "below_permille" in band and percent * 10 >= band["below_permille"]:
            continue
        if "up_to_permille" in band and percent * 10 > band["up_to_permille"]:
            continue
        points = Fraction(band["points"])
        if band["rule"] == "proportional":
            points = points * percent / 100
        return kept(min(points, Fraction(policy["max"])))
    raise ValueError("no band takes %s per cent" % percent)


def mean(values):
    return kept(sum(values, Fraction(0)) / len(values)) if values else None


def score_results(policy, item, answer):
    """(score, assessed)"""
    indicators = list(answer.get("indicators", {}).values())
    measured, missing = [], False

    def of(measure):
        mine = [i for i in indicators if i["measure"] == measure["id"]]
        percents = [success(i) for i in mine]
        points = [to_points(policy, measure, p) for p in percents if p is not None]
        applies = not mine or any("not_applicable" not in i for i in mine)
        return mean(points), applies

    for measure in item["measures"]:
        score, applies = of(measure)
        if score is not None:
            measured.append(score)
        elif measure["required"] and applies:
            missing = True
    if policy["result"].get("own_measures", "count") == "count":
        for own in answer.get("measures", {}):
            score, _ = of({"id": own})
            if score is not None:
                measured.append(score)
    if missing or not measured:
        return Fraction(0), False
    return mean(measured), True


# --- the committee ---------------------------------------------------------


def level_of(policy, score):
    level, need = "none", 0
    for name in LEVELS:
        need += policy["process"]["points"][name]
        if score < need:
            break
        level = name
    return level


def view_of(policy, item, view):
    """(score, level) of an assessor or of the consensus, or None."""
    if "score" in view:
        score = kept(Fraction(view["score"]))
        return score, (level_of(policy, score) if item["kind"] == "process" else "none")
    if "ticks" in view and item["kind"] == "process":
        return score_ticks(policy, item, view["ticks"])
    return None


def committee_of(policy, item, review):
    agreed = view_of(policy, item, review.get("consensus", {}))
    if agreed is not None:
        return agreed
    views = [view_of(policy, item, v) for v in review.get("assessors", {}).values()]
    views = [v for v in views if v is not None]
    return views[0] if len(views) == 1 else None


# --- all -------------------------------------------------------------------


def score_all(edition, answers, reviews):
    policy = edition["policy"]
    items, categories, unassessed = [], [], []
    total = committee_total = Fraction(0)
    weights, n_given, whole = 0, 0, True
    for category in edition["categories"]:
        scores, given = [], []
        for item in edition["items"]:
            if item["category"] != category["id"]:
                continue
            answer = answers.get(item["id"], {})
            ticks = answer.get("ticks", [])
            if item["kind"] == "process":
                score, level = score_ticks(policy, item, ticks)
                points = sum(len(item["points"][n]) for n in LEVELS)
            else:
                score, assessed = score_results(policy, item, answer)
                level, points = "none", 0
                if not assessed:
                    unassessed.append(item["id"])
            view = committee_of(policy, item, reviews.get(item["id"], {}))
            scores.append(score)
            if view is not None:
                given.append(view[0])
            items.append({
                "id": item["id"], "score": text(score), "level": level,
                "ticked": len(ticks), "points": points,
                "committee": text(view[0]) if view else None,
                "committee_level": view[1] if view else None})
        n_given += len(given)
        of_category = sum(scores) / len(scores)
        complete = len(given) == len(scores)
        of_committee = sum(given) / len(given) if complete else None
        whole = whole and complete
        categories.append({
            "id": category["id"], "score": text(of_category),
            "committee": text(of_committee) if complete else None})
        total += category["weight"] * of_category
        if complete:
            committee_total += category["weight"] * of_committee
        weights += category["weight"]
    total /= weights
    return {
        "total": text(total), "categories": categories, "items": items,
        "unassessed": unassessed,
        "committee": None if n_given == 0 else {
            "total": text(committee_total / weights) if whole else None,
            "items": n_given},
        "thresholds": [
            {"id": t["id"], "points": t["points"], "reached": total >= t["points"]}
            for t in edition.get("thresholds", [])]}


def main():
    n = bad = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        cases = lines.read().splitlines()
    for line in cases:
        case = json.loads(line)
        want = score_all(load(case["edition"]), case["answers"], case["reviews"])
        n += 1
        if want == case["got"]:
            continue
        bad += 1
        if bad <= 3:
            for key in want:
                if want[key] != case["got"].get(key):
                    print("case %d, %s:\n  reference %s\n  pmqa      %s" % (
                        n, key, json.dumps(want[key], ensure_ascii=False),
                        json.dumps(case["got"].get(key), ensure_ascii=False)))
            print("  answers %s\n  reviews %s" % (
                json.dumps(case["answers"], ensure_ascii=False),
                json.dumps(case["reviews"], ensure_ascii=False)))
    print("%d cases, %d differ" % (n, bad))
    return 1 if bad or n == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

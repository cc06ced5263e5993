#include "bench/judge/parts/law_json.h"

#include "bench/base/json_make.h"

json_t *interval_json(double center, double lo, double hi)
{
    struct json_maker o = json_maker_new();
    json_make_finite(&o, "center", center);
    json_make_finite(&o, "lo", lo);
    json_make_finite(&o, "hi", hi);
    return json_made(&o);
}

json_t *law_json(const char *peak_name, const struct usl *u)
{
    struct json_maker o = json_maker_new();
    if (u->refusal[0]) {
        json_make_text(&o, "refusal", u->refusal);
        return json_made(&o);
    }
    json_make_value(&o, "sigma", interval_json(u->sigma.center, u->sigma.lo, u->sigma.hi));
    json_make_value(&o, "kappa", interval_json(u->kappa.center, u->kappa.lo, u->kappa.hi));
    json_make_value(&o, peak_name, interval_json(u->peak.center, u->peak.lo, u->peak.hi));
    json_make_finite(&o, "residual_ratio", u->residual_ratio);
    json_make_finite(&o, "lack_of_fit_ratio", u->lack_of_fit_ratio);
    json_make_finite(&o, "level", USL_LEVEL);
    return json_made(&o);
}

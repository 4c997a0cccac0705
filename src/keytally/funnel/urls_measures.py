"""Addresses of measures, forecasts and history; `urls` takes them in."""

from django.urls import URLPattern, URLResolver, path

from keytally.funnel.views import forecast, history, measures

urlpatterns: list[URLPattern | URLResolver] = [
    path("measures/", measures.four_measures, name="measures"),
    path("measures/trend/", measures.measures_trend, name="measures_trend"),
    path("measures/behind/", measures.measures_behind, name="measures_behind"),
    path("measures/backtest/", measures.measures_backtest, name="measures_backtest"),
    path("measures/rules/", forecast.rules, name="measure_rules"),
    path("forecasts/", forecast.forecasts, name="forecasts"),
    path("forecasts/make/", forecast.make, name="make_forecast"),
    path("forecasts/making/<int:job_id>/", forecast.making, name="forecast_making"),
    path("forecasts/score/", forecast.score, name="score_forecasts"),
    path("forecasts/<int:forecast_id>/", forecast.forecast, name="forecast"),
    path("history/", history.history_imports, name="history_imports"),
    path("history/<int:history_id>/", history.history_import, name="history_import"),
    path("history/<int:history_id>/run/", history.run_history, name="run_history"),
    path("history/<int:history_id>/undo/", history.undo_history, name="undo_history"),
]

.DEFAULT_GOAL := help
.PHONY: help setup fonts report test bench clean

help:
	@echo '用法：make <目标>'
	@echo '  setup   安装系统软件包（Debian、Ubuntu）、Python 依赖（.venv）和字体；PYTHON=… 指定解释器'
	@echo '  fonts   再取一次仿宋、楷体（setup 没有取到的时候）'
	@echo '  report  生成示例报告（data/examples/chongqing-yubei），写入 out/'
	@echo '  test    ruff、mypy、pytest；PYTEST_ARGS=… 追加 pytest 参数'
	@echo '  bench   与别的程序比用时和内存（不属于测试，要几小时；BENCH_ARGS=…，如 --runs 2 --departments 6）'
	@echo '  clean   删除 out/、dist/ 和各类缓存（保留 .venv）'

setup:
	@bash scripts/setup.sh

fonts:
	@bash scripts/fonts.sh

report: setup
	@.venv/bin/reportgen build data/examples/chongqing-yubei/dept.yaml -o out

test: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

bench: setup
	.venv/bin/python -m bench $(BENCH_ARGS)

clean:
	@rm -rf out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . \( -name .venv -o -name .git \) -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

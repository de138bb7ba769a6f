package storetraffic.decode;

import java.time.Duration;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** The format {@code 'format' = 'inference'}: one Kinesis record of {@code inference.v1} to one row. */
public final class InferenceFormatFactory implements DeserializationFormatFactory {

    public static final String IDENTIFIER = "inference";

    private static final ConfigOption<Duration> IDLE_TIMEOUT = ConfigOptions.key("idle-timeout")
            .durationType()
            .noDefaultValue()
            .withDescription("The table's table.exec.source.idle-timeout: after such a silence watermarks are held back");

    @Override
    public DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        return new InferenceFormat(options.get(IDLE_TIMEOUT));
    }

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(IDLE_TIMEOUT);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    private static final class InferenceFormat implements DecodingFormat<DeserializationSchema<RowData>> {

        private final Duration idleTimeout;

        InferenceFormat(Duration idleTimeout) {
            this.idleTimeout = idleTimeout;
        }

        @Override
        public DeserializationSchema<RowData> createRuntimeDecoder(
                DynamicTableSource.Context context, DataType physicalDataType) {
            return new InferenceDeserializer(
                    (RowType) physicalDataType.getLogicalType(),
                    context.createTypeInformation(physicalDataType),
                    idleTimeout);
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }
    }
}
